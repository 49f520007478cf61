import { randomUUID } from 'node:crypto';
import { allOperations, type NamedOperation, operations } from '@duet/contract';
import { SignJWT, UnsecuredJWT } from 'jose';
import { section } from '../case.ts';
import { equal, holds, includes } from '../check.ts';
import { at, type Context, ME } from '../context.ts';
import { newName, PASSWORD } from '../people/accounts.ts';
import { nowInSeconds } from '../people/secret.ts';
import { refused } from '../problem.ts';
import { closeOf } from '../wire/socket.ts';

const guarded = allOperations.filter(({ operation }) => operation.auth !== 'none');

/** Who may call at all (PROTOCOL 1.4). */
export const authentication = [
  section('1.4', 'Authentication', [
    ['A header that is no bearer token is missing_token', noBearer],
    ['A garbled token is invalid_token', garbled],
    ['A token of another signature is invalid_token', forged],
    ['A token whose claims were changed is invalid_token', changed],
    ['A token without a signature (alg none) is invalid_token', unsigned],
    ['A token of another algorithm under the same secret is invalid_token', otherAlgorithm],
    ['An expired token is token_expired, to the second', expired],
    ['A token that is not valid yet is invalid_token', notYet],
    ['A token without exp, or with one that is no number, is invalid_token', withoutExp],
    ['A token without sub, or with one that is no user id, is invalid_token', withoutSub],
    ['A refresh token is not an access token', refreshToken],
    ['What is wrong with a token closes a socket with 4401 and the same code', onSockets],
    ['A token whose subject is new provisions that user', provisions],
    ['A username that is taken, whatever its case, gets a suffix', suffix],
    ['First requests at once make one user', oneUser],
    ['The names follow a later token, and not an older one', follows],
    ['Whose wanted name was taken is still shown by it', shownAsWanted],
    ...guarded.map(
      ({ operation }) =>
        [`${operation.id} without a token is missing_token, whatever the body`, nobody(operation)] as const,
    ),
  ]),
];

const me = (t: Context, token: string) => t.request('GET', ME, { token });

async function noBearer(t: Context) {
  for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Token x'])
    refused(await t.request('GET', ME, { headers: { authorization } }), 'missing_token');
}

async function garbled(t: Context) {
  for (const token of ['garbled', 'a.b.c', 'a b', '..']) refused(await me(t, token), 'invalid_token');
}

async function forged(t: Context) {
  const { ada } = await t.chat();
  const key = new TextEncoder().encode(randomUUID());
  const token = await new SignJWT({ sub: ada.id, exp: nowInSeconds() + 60 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(key);
  refused(await me(t, token), 'invalid_token');
}

async function changed(t: Context) {
  const { ada, ben } = await t.chat();
  const [header, claims = '', signature] = ada.token.split('.');
  const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const other = Buffer.from(JSON.stringify({ ...decoded, sub: ben.id })).toString('base64url');
  refused(await me(t, [header, other, signature].join('.')), 'invalid_token');
}

async function unsigned(t: Context) {
  const { ada } = await t.chat();
  const token = new UnsecuredJWT({ sub: ada.id, exp: nowInSeconds() + 60 }).encode();
  refused(await me(t, token), 'invalid_token');
}

async function otherAlgorithm(t: Context) {
  refused(await me(t, await t.people.mint({ sub: randomUUID() }, 'HS512')), 'invalid_token');
}

async function expired(t: Context) {
  const sub = randomUUID();
  const now = nowInSeconds();
  for (const exp of [now - 1, now - 3600])
    refused(await me(t, await t.people.mint({ sub, exp })), 'token_expired');
}

async function notYet(t: Context) {
  const token = await t.people.mint({ sub: randomUUID(), nbf: nowInSeconds() + 60 });
  refused(await me(t, token), 'invalid_token');
}

async function withoutExp(t: Context) {
  for (const exp of [undefined, 'soon'])
    refused(await me(t, await t.people.mint({ sub: randomUUID(), exp })), 'invalid_token');
}

async function withoutSub(t: Context) {
  for (const sub of [undefined, '', ' ', 'a\0b', 'x'.repeat(256), 7])
    refused(await me(t, await t.people.mint({ sub })), 'invalid_token');
}

async function refreshToken(t: Context) {
  await t.needAccounts();
  const { register } = operations.auth;
  const json = { username: newName(), password: PASSWORD };
  const { refresh } = (await t.request('POST', register.path, { json })).as(register.output);
  refused(await me(t, refresh), 'invalid_token');
}

async function onSockets(t: Context) {
  const { id } = await t.chat();
  const socket = await t.socket(`/ws/chat/${id}/?token=garbled`);
  equal('the close of a conversation’s socket', await socket.closed(), closeOf('invalid_token'));
  const inbox = await t.rawInbox({ query: '?token=garbled' });
  equal('the close of an inbox', await inbox.closed(), closeOf('invalid_token'));
}

async function provisions(t: Context) {
  const [sub, name] = [randomUUID(), newName()];
  for (const claims of [
    { preferred_username: `${name}-p`, username: `${name}-u`, name: `${name}-n` },
    { username: `${name}-u`, name: `${name}-n` },
    { name: `${name}-n` },
  ]) {
    const [username] = Object.values(claims);
    const id = `${sub} ${username}`;
    const token = await t.people.mint({ sub: id, ...claims });
    includes('who I am', (await me(t, token)).as(operations.users.me.output), { id, username });
  }
}

async function suffix(t: Context) {
  const name = newName();
  const { ada } = await t.chat();
  const who = async (claims: Record<string, unknown>) =>
    (await me(t, await t.people.mint({ sub: randomUUID(), ...claims }))).as(operations.users.me.output);
  equal('the first of that name', (await who({ name })).username, name);
  for (const taken of [name, name.toUpperCase(), ada.username]) {
    const { username } = await who({ name: taken });
    holds('the username is another one', username.toLowerCase() !== taken.toLowerCase(), username);
    holds('it begins with the name', username.toLowerCase().startsWith(taken.toLowerCase()), username);
  }
}

async function follows(t: Context) {
  const [sub, name] = [randomUUID(), newName()];
  const who = async (claims: Record<string, unknown>) =>
    (await me(t, await t.people.mint({ sub, ...claims }))).as(operations.users.me.output);
  const iat = nowInSeconds() - 60;
  await who({ preferred_username: name, iat });
  const later = { preferred_username: `${name}-2`, name: 'Later', iat: iat + 30 };
  const renamed = { id: sub, username: `${name}-2`, display_name: 'Later' };
  equal('after a later token', await who(later), renamed);
  equal('after an older one', await who({ preferred_username: name, name: 'Older', iat: iat + 10 }), renamed);
  equal('after one without names', await who({ iat: iat + 40 }), renamed);
}

async function shownAsWanted(t: Context) {
  const name = newName();
  const who = async () =>
    (await me(t, await t.people.mint({ sub: randomUUID(), preferred_username: name }))).as(
      operations.users.me.output,
    );
  await who();
  const second = await who();
  equal('display_name', second.display_name, name);
  holds('the username is another one', second.username !== name, second.username);
}

async function oneUser(t: Context) {
  const sub = randomUUID();
  const token = await t.people.mint({ sub, name: sub });
  const answers = await Promise.all(Array.from({ length: 10 }, () => me(t, token)));
  for (const answer of answers)
    includes('who I am', answer.as(operations.users.me.output), { id: sub, username: sub });
}

function nobody({ method, path }: NamedOperation['operation']) {
  return async (t: Context) => {
    const body = { body: '{broken', headers: { 'content-type': 'application/json' } };
    const answer = await t.request(method, at(path, randomUUID()), method === 'GET' ? {} : body);
    refused(answer, 'missing_token');
  };
}
