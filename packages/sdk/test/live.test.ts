import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { createDuet, type Duet, type DuetOptions, type Observable, type ThreadHandle } from '../src/index.ts';
import { mint } from './harness/people.ts';

// The live client against the real server.

const url = inject('serverUrl');
const clients: Duet[] = [];
afterEach(() => {
  for (const { live } of clients.splice(0)) live.close();
});

/** A device of somebody's. */
function device(id: string, options: Partial<DuetOptions> = {}): Duet {
  const duet = createDuet({ url, getToken: () => mint(id), ...options });
  clients.push(duet);
  return duet;
}

/** Somebody new, with one device that is connected. */
async function person(): Promise<Duet & { id: string }> {
  const id = randomUUID();
  const duet = device(id);
  await duet.users.me();
  return { ...duet, id };
}

/** Resolves when what is observed is as it should be. */
async function until<T>(observable: Observable<T>, holds: (value: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const value = observable.get();
      if (!holds(value)) return;
      clearTimeout(timer);
      stop();
      resolve(value);
    };
    const stop = observable.subscribe(look);
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`did not come: ${JSON.stringify(observable.get())}`));
    }, 8000);
    look();
  });
}

const live = (duet: Duet) => until(duet.live.connection, ({ status }) => status === 'live');
const contents = (thread: ThreadHandle) => thread.get().messages.map(({ content }) => content);

async function pair() {
  const [ada, ben] = [await person(), await person()];
  const { id } = await ada.conversations.open({ target_user_id: ben.id });
  for (const { live } of [ada, ben]) live.connect();
  await Promise.all([live(ada), live(ben)]);
  return { ada, ben, id };
}

test('two people chat', async () => {
  const { ada, ben, id } = await pair();
  const [mine, theirs] = [ada.live.conversation(id), ben.live.conversation(id)];
  await Promise.all([mine, theirs].map((thread) => until(thread, ({ isSynced }) => isSynced)));
  const seen = until(theirs, ({ messages }) => messages.length === 2);
  expect(mine.send('Hello')).toMatchObject({ content: 'Hello' });
  mine.send('again');
  expect(mine.get().outgoing.map(({ status }) => status)).toEqual(['sent', 'sent']);
  expect((await seen).messages.map(({ content, seq, read }) => [content, seq, read])).toEqual([
    ['Hello', 1, false],
    ['again', 2, false],
  ]);
  await until(mine, ({ outgoing, messages }) => outgoing.length === 0 && messages.length === 2);
  expect(contents(mine)).toEqual(['Hello', 'again']);
  expect(theirs.get().conversation?.unread_count).toBe(2);
  theirs.markRead();
  const { messages } = await until(mine, ({ messages }) => messages.every(({ read }) => read));
  expect(messages).toHaveLength(2);
  await until(theirs, ({ conversation }) => conversation?.unread_count === 0);
});
