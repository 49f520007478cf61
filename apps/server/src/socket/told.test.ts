import type { ConversationState } from '@duet/contract';
import { expect, test } from 'vitest';
import { Told } from './told.ts';

const state = (last_seq: number, ...read_seqs: [number, number]): ConversationState => ({
  last_seq,
  read_seqs,
  unread_counts: [0, 0],
});
const read = (id: string, at: ConversationState) =>
  ({ type: 'read', conversationId: id, userId: 'a', seq: 1, users: ['a', 'b'], state: at }) as const;

test('what was told, or something later, is known; what is later than that is not', () => {
  const told = new Told();
  expect(told.knows('c', state(0, 0, 0))).toBe(false);
  told.rememberEvent(read('c', state(5, 2, 0)));
  told.rememberEvent(read('c', state(4, 2, 0))); // overtaken
  expect(told.knows('c', state(5, 2, 0))).toBe(true);
  expect(told.knows('c', state(5, 0, 1))).toBe(true);
  expect(told.knows('c', state(5, 2, 1))).toBe(false);
  expect(told.knows('d', state(1, 0, 0))).toBe(false);
});

test('it is remembered through one turn, and forgotten with the next', () => {
  const told = new Told();
  told.rememberEvent(read('c', state(5, 0, 0)));
  told.turn();
  expect(told.knows('c', state(5, 0, 0))).toBe(true);
  told.rememberEvent(read('d', state(1, 0, 0)));
  told.turn();
  expect(told.knows('c', state(5, 0, 0))).toBe(false);
  expect(told.knows('d', state(1, 0, 0))).toBe(true);
});
