import type { Message, OutgoingMessage } from '@duet/sdk';
import { expect, test } from 'vitest';
import { rowsOf } from './rows.ts';

const me = { id: 'me', username: 'ada', display_name: 'ada' };
const peer = { id: 'peer', username: 'ben', display_name: 'ben' };

function message(seq: number, sender: typeof me, at: string, read = false): Message {
  const message_id = `m${seq}`;
  return { message_id, conversation_id: 'c', seq, sender, content: message_id, timestamp: at, read };
}

function outgoing(status: OutgoingMessage['status']): OutgoingMessage {
  const created_at = new Date(2026, 10, 2, 12, 9).toISOString();
  return { message_id: 'o', conversation_id: 'c', content: 'o', created_at, status, error: undefined };
}

const at = (day: number, hour: number, minute: number) => new Date(2026, 10, day, hour, minute).toISOString();

const messages = [
  message(1, peer, at(1, 23, 50)),
  message(2, peer, at(1, 23, 54)),
  message(3, peer, at(2, 0, 1)),
  message(4, me, at(2, 12, 0), true),
  message(5, me, at(2, 12, 4)),
  message(6, me, at(2, 12, 10)),
];

test('messages of one person form a group until another writes, five minutes or a day go by', () => {
  const rows = rowsOf(messages, [], me.id, undefined);
  expect(rows.map(({ startsGroup }) => startsGroup)).toEqual([true, false, true, true, false, true]);
  expect(rows.map(({ endsGroup }) => endsGroup)).toEqual([false, true, true, false, true, true]);
});

test('a day is shown above the first message of all, and between two of different days', () => {
  const rows = rowsOf(messages, [], me.id, undefined);
  expect(rows.map(({ isFirst }) => isFirst)).toEqual([true, false, false, false, false, false]);
  expect(rows.map(({ nextDay }) => nextDay?.getDate() ?? 0)).toEqual([0, 2, 0, 0, 0, 0]);
});

test('older messages come in front, and no row is higher or lower than before', () => {
  // What starts a group has other corners, and is no higher.
  const shapes = (from: number) =>
    rowsOf(messages.slice(from), [], me.id, undefined).map(({ startsGroup: _, ...shape }) => shape);
  for (let from = 1; from < messages.length; from += 1) expect(shapes(0).slice(from)).toEqual(shapes(from));
});

test('what is new begins with the first message of the other side after what was read', () => {
  const newAt = (readSeq: number | undefined) =>
    rowsOf(messages, [], me.id, readSeq).findIndex(({ startsNew }) => startsNew);
  expect(newAt(undefined)).toBe(-1);
  expect(newAt(0)).toBe(0);
  expect(newAt(1)).toBe(1);
  expect(rowsOf(messages, [], me.id, 1)[1]?.startsGroup).toBe(true);
  expect(newAt(3)).toBe(-1);
  expect(rowsOf(messages.slice(1), [], me.id, 0).some(({ startsNew }) => startsNew)).toBe(false);
});

test('what is on its way comes last and says where it stands', () => {
  const standingOf = (status: OutgoingMessage['status']) =>
    rowsOf(messages, [outgoing(status)], me.id, undefined).at(-1)?.message.standing;
  expect(standingOf('queued')).toBe('waiting');
  expect(standingOf('sent')).toBe('sending');
  expect(standingOf('failed')).toBe('failed');
  const standings = rowsOf(messages, [], me.id, undefined).map((row) => row.message.standing);
  expect(standings).toEqual([undefined, undefined, undefined, 'read', 'sent', 'sent']);
});

test('a message that did not change is shown by the same object', () => {
  const before = rowsOf(messages, [], me.id, undefined);
  const after = rowsOf([...messages, message(7, peer, at(2, 13, 0))], [], me.id, undefined);
  expect(after[0]?.message).toBe(before[0]?.message);
});
