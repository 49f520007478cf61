import { expect, test } from 'vitest';
import { decodeNote, encodeEvent, encodeNodeNote } from './notes.ts';

const CONVERSATION = '0d1f6a52-7c3b-8e4d-9a5f-1b2c3d4e5f60';

test('a message crosses by its place; nothing of what it says does', () => {
  const { topics, text } = encodeEvent({
    type: 'message',
    message: {
      message_id: CONVERSATION,
      conversation_id: CONVERSATION,
      seq: 7,
      sender: { id: 'a', username: 'ada', display_name: 'ada' },
      content: 'a private word',
      timestamp: '2026-01-01T00:00:00.000Z',
      read: false,
    },
    users: ['a', 'b'],
    state: { last_seq: 7, read_seqs: [0, 0], unread_counts: [0, 7] },
  });
  expect(topics).toEqual(['user:a', 'user:b']);
  expect(decodeNote(text)).toEqual({
    type: 'message',
    conversationId: CONVERSATION,
    seq: 7,
    users: ['a', 'b'],
  });
  expect(text).not.toContain('private');
});

test('what a newer node adds is passed over', () => {
  expect(decodeNote('{"type":"presence_asked","userId":"a","since":1}')).toEqual({
    type: 'presence_asked',
    userId: 'a',
  });
  expect(decodeNote('{"type":"reaction","userId":"a"}')).toBeUndefined();
  expect(decodeNote(encodeNodeNote('alive').text)).toEqual({ type: 'alive' });
});

test.each([
  ['not JSON', '{"type":'],
  ['no object', '7'],
  ['a field missing', `{"type":"message","conversationId":"${CONVERSATION}","users":["a","b"]}`],
  [
    'an id that the database would not take',
    '{"type":"message","conversationId":"x","seq":1,"users":["a","b"]}',
  ],
  [
    'a number that the database would not take',
    `{"type":"message","conversationId":"${CONVERSATION}","seq":1e12,"users":["a","b"]}`,
  ],
])('%s is no note', (_, text) => {
  expect(decodeNote(text)).toBeUndefined();
});
