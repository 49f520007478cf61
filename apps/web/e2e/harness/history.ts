import type { Account } from './people.ts';
import { conversationOf } from './people.ts';

const AT_ONCE = 50;
const WORDS =
  'and then we went along the river until it was dark so that nobody saw where the path ended'.split(' ');

/** A conversation of many messages, short and long, from both sides, which both have read; the last one is said by the first. */
export async function seedHistory(one: Account, other: Account, count: number): Promise<string> {
  const conversation_id = await conversationOf(one, other);
  let next = 1;
  const sendSome = async () => {
    while (next < count) {
      const number = next++;
      const { rest } = number % 3 === 0 ? other : one;
      await rest.messages.send({ conversation_id, content: `No. ${number}: ${wordsOf(number)}` });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendSome));
  const { seq } = await one.rest.messages.send({ conversation_id, content: `No. ${count}: the newest` });
  await Promise.all([one, other].map(({ rest }) => rest.conversations.markRead({ conversation_id, seq })));
  return conversation_id;
}

function wordsOf(number: number): string {
  const length = 1 + ((number * 7919) % 40);
  return Array.from({ length }, (_, index) => WORDS[(number + index) % WORDS.length]).join(' ');
}
