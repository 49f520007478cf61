import { expect, test } from 'vitest';
import { Chat, Messages } from './chat.tsx';
import { show } from './page.tsx';
import { eventually, pair, person } from './people.ts';

/** Two people who look at their conversation. */
async function chat() {
  const { ada, ben, id } = await pair();
  const [mine, theirs] = [show(<Chat id={id} />, ada.duet), show(<Chat id={id} />, ben.duet)];
  for (const page of [mine, theirs]) await eventually(() => page.text('.messages')).toBe('synced');
  return { ada, ben, id, mine, theirs };
}

test('two people chat through components', async () => {
  const { ada, mine, theirs } = await chat();
  expect(mine.text('.status')).toBe(`live ${ada.id}`);
  mine.type('input', 'Hello');
  mine.click('.send');
  await eventually(() => theirs.texts('.message')).toEqual(['Hello']);
  theirs.type('input', 'Hello yourself');
  theirs.click('.send');
  await eventually(() => mine.texts('.message')).toEqual(['Hello', 'Hello yourself']);
  expect(mine.texts('.outgoing')).toEqual([]);
});

test('typing and presence show', async () => {
  const { ben, mine, theirs } = await chat();
  expect(mine.text('h1')).toBe(ben.id);
  await eventually(() => mine.text('.presence')).toBe('online');
  theirs.type('input', 'Hel');
  await eventually(() => mine.text('.typing')).toBe('typing');
  theirs.click('.send');
  await eventually(() => mine.text('.typing')).toBe('');
});

test('unread messages are counted until they are read, and the other side sees that they are', async () => {
  const { ada, mine, theirs } = await chat();
  mine.type('input', 'Hello');
  mine.click('.send');
  await eventually(() => theirs.texts('.row')).toEqual([`${ada.id}: Hello (1)`]);
  expect(theirs.text('.unread')).toBe('1');
  theirs.click('.read');
  await eventually(() => theirs.text('.unread')).toBe('0');
  await eventually(() => mine.texts('.message')).toEqual(['Hello ✓']);
});

test('older messages come when they are asked for', async () => {
  const { ada, id } = await pair();
  const contents = Array.from({ length: 60 }, (_, index) => `message ${index}`);
  for (const content of contents) await ada.duet.messages.send({ conversation_id: id, content });
  const page = show(<Messages id={id} />, ada.duet);
  await eventually(() => page.texts('.message')).toEqual(contents.slice(10));
  page.click('.older');
  await eventually(() => page.texts('.message')).toEqual(contents);
  expect(page.texts('.older')).toEqual([]);
});

test('what nobody lets me read says so', async () => {
  const { id } = await pair();
  const stranger = await person();
  const page = show(<Messages id={id} />, stranger.duet);
  await eventually(() => page.text('.messages')).toBe('not_participant');
});
