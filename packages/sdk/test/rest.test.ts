import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { createRest, type Message, type User } from '../src/index.ts';
import { person } from './harness/people.ts';
import { refusal } from './harness/refusal.ts';

// The client against the real server.

const url = inject('serverUrl');
const noToken = () => null;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('two people meet', async () => {
  const rest = createRest({ url, getToken: noToken });
  const username = `ada ${randomUUID()}`;
  const { user, refresh } = await rest.auth.register({ username, password: 'long enough' });
  const { access, user: again } = await rest.auth.signIn({ username, password: 'long enough' });
  expect(again).toEqual(user);
  const next = await rest.auth.refresh({ refresh });
  expect(await rest.auth.signOut({ refresh: next.refresh })).toBe(undefined);

  const ben = await person();
  const ada = createRest({ url, getToken: async () => access });
  expect(await ada.users.me()).toEqual(user);
  expect((await ben.users.find({ search: username })).map(({ id }: User) => id)).toEqual([user.id]);

  const { id: conversation_id } = await ada.conversations.open({ target_user_id: ben.id });
  const sent = await ada.messages.send({ conversation_id, content: 'Hello' });
  expect(await ben.messages.list({ conversation_id })).toEqual({
    count: 1,
    next: null,
    previous: null,
    results: [sent],
  });
  expect((await ben.conversations.get({ conversation_id })).unread_count).toBe(1);
  expect((await ben.conversations.markRead({ conversation_id, seq: 1 })).unread_count).toBe(0);
  expect((await ada.conversations.list({ limit: 1, cursor: undefined }))[0]?.peer_read_seq).toBe(1);
});

test('every message of a range comes once, in its order, over however many pages', async () => {
  const [ada, ben] = [await person(), await person()];
  const { id: conversation_id } = await ada.conversations.open({ target_user_id: ben.id });
  for (let i = 1; i <= 7; i++) await ada.messages.send({ conversation_id, content: String(i) });
  const seqs = async (input: { order?: 'asc' | 'desc'; after?: number; before?: number }) =>
    (await collect(ben.messages.each({ conversation_id, limit: 2, ...input }))).map(
      ({ seq }: Message) => seq,
    );
  expect(await seqs({ order: 'asc', after: 2 })).toEqual([3, 4, 5, 6, 7]);
  expect(await seqs({})).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(await seqs({ before: 3 })).toEqual([2, 1]);
  expect(await seqs({ after: 7 })).toEqual([]);
});

test('every conversation comes once, latest activity first, over however many pages', async () => {
  const ada = await person();
  const opened: string[] = [];
  for (let i = 0; i < 5; i++) {
    const { id } = await ada.conversations.open({ target_user_id: (await person()).id });
    opened.unshift(id);
  }
  expect((await collect(ada.conversations.each({ limit: 2 }))).map(({ id }) => id)).toEqual(opened);
});

test('a refusal has its code, its status, its fields, what to do, and the name of the request', async () => {
  const ada = await person();
  const error = await refusal(ada.conversations.open({ target_user_id: ada.id }));
  expect(error).toMatchObject({ code: 'invalid_request', status: 400, recovery: 'final', name: 'DuetError' });
  expect(error.fields).toMatchObject([{ field: 'target_user_id' }]);
  expect(error.requestId).toMatch(/.+/);
  const credentials = { username: randomUUID(), password: 'not the one' };
  expect(await refusal(ada.auth.signIn(credentials))).toMatchObject({
    code: 'invalid_credentials',
    recovery: 'final',
  });
});

test('text goes through as it is, in a path, a query and a body', async () => {
  const [ada, ben] = [await person(), await person()];
  for (const odd of ['a/b', '../users', '?x=1', '%2e%2e', '#', 'ü ', '..', '.', '']) {
    expect(await refusal(ada.conversations.get({ conversation_id: odd })), odd).toMatchObject({
      code: 'not_found',
    });
  }
  for (const odd of ['a&limit=1', '100%', 'a+b', 'ü ❤', '#']) {
    expect(await ada.users.find({ search: odd }), odd).toEqual([]);
  }
  expect(await refusal(ada.users.find({ search: '\ud800' }))).toMatchObject({ code: 'invalid_request' });
  const { id: conversation_id } = await ada.conversations.open({ target_user_id: ben.id });
  const content = ' {"a": "\\u0000"} ü ❤ \n';
  expect((await ada.messages.send({ conversation_id, content })).content).toBe(content);
});

test('a url may end in slashes', async () => {
  const ada = await person({ url: `${url}//` });
  expect((await ada.users.me()).id).toBe(ada.id);
});
