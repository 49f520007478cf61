import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entity, expectProblem, request } from '../harness/http.ts';
import { type Inbox, inboxOf } from '../harness/inbox.ts';
import { mint, Person, startServer, type TestServer } from '../harness/server.ts';

// PROTOCOL 1.4, 3.8 and 4.6: with a session ends all access that came from it.

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ RATE_LIMITS: 'off' });
});
afterAll(() => server.stop());

const PASSWORD = 'correct horse';
const ENDED = { code: 4401, reason: 'invalid_token' };
const post = (path: string, json: unknown) => request(server.url, 'POST', path, { json });

async function signedIn(username: string = randomUUID(), path = '/api/auth/register/') {
  const session = (await post(path, { username, password: PASSWORD })).as(entity.session);
  return { ...session, person: new Person(server.url, session.user.id, session.access) };
}
const refresh = async (token: string) =>
  (await post('/api/auth/token/refresh/', { refresh: token })).as(entity.session);
const me = (person: Person) => person.get('/api/chat/users/me/');

test('signing out ends the session’s access tokens and sockets, and those of no other session', async () => {
  const [ada, ben] = [await signedIn(), await server.person('ben')];
  const elsewhere = await signedIn(ada.user.username, '/api/auth/token/');
  const { id } = await ada.person.open(ben);
  const sockets = [await ada.person.connect(id), await inboxOf(ada.person)];
  const others = [await elsewhere.person.connect(id), await inboxOf(elsewhere.person)] as const;
  expect((await me(ada.person)).status).toBe(200);

  expect((await post('/api/auth/logout/', { refresh: ada.refresh })).status).toBe(204);
  for (const socket of sockets) expect(await socket.closed).toEqual(ENDED);
  const refused = await me(ada.person);
  expectProblem(refused, 401, 'invalid_token');
  expect(refused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  expect(await (await ada.person.connect(id)).closed).toEqual(ENDED);

  expect((await me(elsewhere.person)).status).toBe(200);
  await ben.send(id, 'still there?');
  expect(await others[0].next()).toMatchObject({ message: 'still there?' });
  expect(await others[1].next()).toMatchObject({ message: 'still there?' });
  for (const socket of others) await socket.close();
});

test('a refresh token that is used when its successor was ends the access of both who hold the session', async () => {
  const owner = await signedIn();
  const thief = await refresh((await refresh(owner.refresh)).refresh);
  const stolen = new Person(server.url, thief.user.id, thief.access);
  const inbox = await inboxOf(stolen);
  expect((await me(owner.person)).status).toBe(200); // an older token of the session is good until it expires
  expectProblem(
    await post('/api/auth/token/refresh/', { refresh: owner.refresh }),
    401,
    'invalid_refresh_token',
  );
  expect(await inbox.closed).toEqual(ENDED);
  for (const person of [owner.person, stolen]) expectProblem(await me(person), 401, 'invalid_token');
});

test('a socket that got a token of another session lives with that one', async () => {
  const first = await signedIn();
  const second = await signedIn(first.user.username, '/api/auth/token/');
  const inbox: Inbox = await inboxOf(first.person);
  inbox.send({ type: 'auth', token: second.access });
  expect(await inbox.next()).toMatchObject({ type: 'ready' });
  await post('/api/auth/logout/', { refresh: first.refresh });
  inbox.send({ type: 'ping' });
  expect(await inbox.next()).toMatchObject({ type: 'pong' });
  await post('/api/auth/logout/', { refresh: second.refresh });
  expect(await inbox.closed).toEqual(ENDED);
});

test('sockets that connect while the session ends are closed, too', async () => {
  const [ada, ben] = [await signedIn(), await server.person('ben')];
  const { id } = await ada.person.open(ben);
  const connecting = Array.from({ length: 20 }, () => ada.person.connect(id));
  const [, ...sockets] = await Promise.all([
    post('/api/auth/logout/', { refresh: ada.refresh }),
    ...connecting,
  ]);
  for (const socket of sockets) expect(await socket.closed).toEqual(ENDED);
});

test('a token that names a session that never was, or is somebody else’s, is refused', async () => {
  const [ada, ben] = [await signedIn(), await signedIn()];
  const [, claims = ''] = ben.access.split('.');
  const { duet_session } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  for (const claim of [randomUUID(), duet_session, 'none', 7]) {
    const token = await mint({ sub: ada.user.id, duet_session: claim });
    expectProblem(await me(new Person(server.url, ada.user.id, token)), 401, 'invalid_token');
  }
  const nobody = await mint({ sub: randomUUID(), duet_session });
  expectProblem(await me(new Person(server.url, '', nobody)), 401, 'invalid_token');
  // `sid` is whoever else's who signs with this secret.
  expect((await me(new Person(server.url, '', await mint({ sub: randomUUID(), sid: 'x' })))).status).toBe(
    200,
  );
});
