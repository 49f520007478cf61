import { TRPCClientError } from '@trpc/client';
import { expect, inject, test } from 'vitest';
import type { DuetError, TokenReason } from '../src/index.ts';
import { createDuetTrpc, type DuetRouter } from '../src/trpc.ts';
import { mint, person } from './harness/people.ts';
import { hang, scripted } from './harness/scripted-server.ts';

const url = inject('serverUrl');

async function refusal(call: Promise<unknown>): Promise<TRPCClientError<DuetRouter>> {
  const error = await call.catch((reason: unknown) => reason);
  if (!(error instanceof TRPCClientError)) throw new Error(`no TRPCClientError: ${error}`);
  return error;
}

test('says what REST says', async () => {
  const [ada, ben] = [await person(), await person()];
  const client = createDuetTrpc({ url: `${url}/`, getToken: () => mint(ada.id) });
  const { id: conversation_id } = await client.conversations.open.mutate({ target_user_id: ben.id });
  const sent = await client.messages.send.mutate({ conversation_id, content: 'over tRPC' });
  const calls = Array.from({ length: 25 }, () => client.messages.list.query({ conversation_id }));
  expect((await Promise.all(calls))[24]?.results).toEqual([sent]); // more than a batch holds
  expect(await client.conversations.list.query({})).toEqual(await ada.conversations.list());
});

test('a token whose time is over is renewed once for all calls', async () => {
  const { id } = await person();
  const reasons: TokenReason[] = [];
  const client = createDuetTrpc({
    url,
    getToken: ({ reason }) => {
      reasons.push(reason);
      return mint(id, reason === 'missing' ? -10 : 60);
    },
  });
  const people = await Promise.all([client.users.me.query({}), client.users.me.query({})]);
  expect(people.map((user) => user.id)).toEqual([id, id]);
  expect(reasons).toEqual(['missing', 'expired']);
});

test('a refusal carries its problem, and a second one for the token ends the call', async () => {
  let asked = 0;
  const client = createDuetTrpc({ url, getToken: () => `garbled ${++asked}` });
  const error = await refusal(client.users.me.query({}));
  expect(error.data?.problem).toMatchObject({ code: 'invalid_token', status: 401 });
  expect(asked).toBe(2);
});

test('procedures on accounts need no token', async () => {
  const nobody = createDuetTrpc({ url, getToken: () => null });
  const credentials = { username: 'nobody', password: 'not the one' };
  const error = await refusal(nobody.auth.signIn.mutate(credentials));
  expect(error.data?.problem.code).toBe('invalid_credentials');
});

test('what getToken fails with is the cause', async () => {
  const nobody = createDuetTrpc({ url, getToken: () => null });
  expect((await refusal(nobody.users.me.query({}))).cause).toMatchObject({ code: 'missing_token' });
  const { url: hanging, heard } = await scripted(hang);
  const never = createDuetTrpc({ url: hanging, getToken: () => new Promise<never>(() => {}), timeoutMs: 50 });
  const cause: Partial<DuetError> = { code: 'timeout' };
  expect((await refusal(never.users.me.query({}))).cause).toMatchObject(cause);
  expect(heard).toEqual([]);
  const reasons: TokenReason[] = [];
  const signedOut = createDuetTrpc({
    url,
    getToken: ({ reason }) => {
      reasons.push(reason);
      return reason === 'missing' ? 'garbled' : null;
    },
  });
  expect((await refusal(signedOut.users.me.query({}))).cause).toMatchObject({ code: 'missing_token' });
  expect(reasons).toEqual(['missing', 'rejected']);
});
