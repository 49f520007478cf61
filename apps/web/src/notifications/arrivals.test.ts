import type { ConversationList, LiveConversation } from '@duet/sdk';
import { expect, test } from 'vitest';
import { watchArrivals } from './arrivals.ts';

const peer = { id: 'peer', username: 'ben', display_name: 'ben' };
const me = { id: 'me', username: 'ada', display_name: 'ada' };

function conversation(id: string, last_seq: number, minute: number, sender = peer): LiveConversation {
  const timestamp = new Date(2026, 0, 1, 0, minute).toISOString();
  const content = `${id} ${last_seq}`;
  return {
    id,
    user1: me,
    user2: peer,
    peer,
    created_at: timestamp,
    last_message: {
      message_id: content,
      conversation_id: id,
      seq: last_seq,
      sender,
      content,
      timestamp,
      read: false,
    },
    last_seq,
    unread_count: sender === peer ? 1 : 0,
    read_seq: 0,
    peer_read_seq: 0,
    isTyping: false,
    presence: undefined,
  };
}

/** A list to change, and what was heard of it. */
function watched() {
  let list: ConversationList = { items: [], unread: 0, hasMore: false, isSynced: false };
  let tell = () => {};
  const heard: string[] = [];
  watchArrivals(
    {
      get: () => list,
      subscribe: (listener) => {
        tell = listener;
        return () => {};
      },
    },
    ({ message }) => heard.push(message.content),
  );
  const change = (items: LiveConversation[], isSynced = true) => {
    list = { ...list, items, isSynced };
    tell();
  };
  return { change, heard };
}

test('what is there at first has not just come', () => {
  const { change, heard } = watched();
  change([conversation('a', 3, 3)], false);
  change([conversation('a', 4, 4), conversation('b', 1, 1)]);
  expect(heard).toEqual([]);
});

test('a message of the other side has, once, and one of mine has not', () => {
  const { change, heard } = watched();
  change([conversation('a', 3, 3)]);
  change([conversation('a', 4, 4)]);
  change([conversation('a', 4, 4)]);
  change([conversation('a', 5, 5, me)]);
  expect(heard).toEqual(['a 4']);
});

test('a new conversation has, a further page of the list has not', () => {
  const { change, heard } = watched();
  change([conversation('a', 3, 3)]);
  change([conversation('a', 3, 3), conversation('old', 9, 1)]);
  change([conversation('new', 1, 7), conversation('a', 3, 3), conversation('old', 9, 1)]);
  expect(heard).toEqual(['new 1']);
});
