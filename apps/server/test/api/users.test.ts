import { randomUUID } from 'node:crypto';
import { allOperations, type User } from '@duet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entity, expectProblem, request } from '../harness/http.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { JWT_SECRET, mint, Person, startServer, type TestServer } from '../harness/server.ts';
import { connect } from '../harness/socket.ts';

const ME = '/api/chat/users/me/';
const USERS = '/api/chat/users/';
const CONVERSATIONS = '/api/chat/conversations/';
let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startServer();
  token = await mint({ sub: 'back-end', duet_role: 'service' });
});
afterAll(() => server.stop());

const put = (path: string, json: unknown) => request(server.url, 'PUT', path, { token, json });
const putUser = async (id: string, names: Partial<User> | { display_name: null }): Promise<User> =>
  (await put(`${USERS}${encodeURIComponent(id)}/`, names)).as(entity.user);
const me = async (claims: Record<string, unknown>) =>
  (await request(server.url, 'GET', ME, { token: await mint(claims) })).as(entity.user);
const nowInSeconds = () => Math.floor(Date.now() / 1000);

describe('3.12 people are known before they come', () => {
  test('then they can be found and written to, and their token is theirs', async () => {
    const ada = await server.person();
    const [id, username] = [randomUUID(), `olga-${randomUUID()}`];
    expectProblem(await ada.post(CONVERSATIONS, { target_user_id: id }), 404, 'not_found');
    const olga = { id, username, display_name: 'Olga Petrova' };
    const made = await put(`${USERS}${id}/`, olga);
    expect([made.status, made.as(entity.user)]).toEqual([201, olga]);
    expect((await put(`${USERS}${id}/`, olga)).status).toBe(200);
    const opened = await ada.post(CONVERSATIONS, { target_user_id: id });
    expect(opened.as(entity.conversation).user2).toEqual(olga);
    expect((await ada.get(`${USERS}${id}/`)).as(entity.user)).toEqual(olga);
    expect((await ada.get(`${USERS}?search=${username.toUpperCase()}`)).as(entity.users)).toEqual([olga]);
    expect(await me({ sub: id })).toEqual(olga);
  });

  test('one whom nobody named gets a username made of the name to show, however many have it', async () => {
    const name = `Olga ${randomUUID()}`;
    expect(await putUser(randomUUID(), { display_name: name })).toMatchObject({
      username: name,
      display_name: name,
    });
    const second = await putUser(randomUUID(), { display_name: name });
    expect(second).toMatchObject({ username: expect.stringContaining(`${name}-`), display_name: name });
    const nameless = await putUser(randomUUID(), {});
    expect(nameless).toMatchObject({ username: expect.stringMatching(/^user-/) });
    expect(nameless.display_name).toBe(nameless.username);
  });

  test('what is left out stays, null shows the username', async () => {
    const [id, username] = [randomUUID(), `ina-${randomUUID()}`];
    await putUser(id, { username, display_name: 'Ina' });
    expect(await putUser(id, {})).toEqual({ id, username, display_name: 'Ina' });
    expect(await putUser(id, { display_name: 'Ina K.' })).toEqual({ id, username, display_name: 'Ina K.' });
    expect(await putUser(id, { username: `${username}2` })).toMatchObject({ display_name: 'Ina K.' });
    expect(await putUser(id, { display_name: null })).toMatchObject({ display_name: `${username}2` });
  });

  test('a username is one person’s; 20 at once for one person make one', async () => {
    const taken = `uma-${randomUUID()}`;
    await putUser(randomUUID(), { username: taken });
    const id = randomUUID();
    expectProblem(await put(`${USERS}${id}/`, { username: taken.toUpperCase() }), 409, 'username_taken');
    await putUser(id, { username: `${taken}2` });
    expectProblem(await put(`${USERS}${id}/`, { username: taken }), 409, 'username_taken');
    const raced = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => put(`${USERS}${raced}/`, { username: `raced-${raced}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
  });

  test('many at once, in their order; the first that is refused is named', async () => {
    const ids = Array.from({ length: 100 }, () => randomUUID());
    const users = ids.map((id) => ({ id, username: id, display_name: `Person ${id}` }));
    expect((await put(USERS, { users })).as(entity.users)).toEqual(users);
    const clash = [{ id: ids[0], display_name: 'First' }, { id: ids[1], username: ids[2] }, { id: 'never' }];
    const refused = await put(USERS, { users: clash });
    expectProblem(refused, 409, 'username_taken', 'users.1.username');
    const ada = await server.person();
    expect((await ada.get(`${USERS}${ids[0]}/`)).as(entity.user).display_name).toBe('First');
    expectProblem(await ada.get(`${USERS}never/`), 404, 'not_found');
    expectProblem(await put(USERS, { users: [...users, { id: 'x' }] }), 400, 'invalid_request', 'users');
    expectProblem(await put(USERS, { users: [] }), 400, 'invalid_request', 'users');
    expectProblem(
      await put(USERS, { users: [{ id: 'x', display_name: 'a\nb' }] }),
      400,
      'invalid_request',
      'users.0.display_name',
    );
    const [numbered] = (await put(USERS, { users: [{ id: 43 }] })).as(entity.users);
    expect(numbered?.id).toBe('43');
  });
});

describe('1.4 names follow the token', () => {
  test('username and name of a later token', async () => {
    const [sub, name] = [randomUUID(), `ada-${randomUUID()}`];
    await me({ sub, preferred_username: name, iat: nowInSeconds() - 60 });
    const renamed = await me({ sub, preferred_username: `${name}2`, name: 'Ada', iat: nowInSeconds() - 30 });
    expect(renamed).toEqual({ id: sub, username: `${name}2`, display_name: 'Ada' });
    expect(await me({ sub, iat: nowInSeconds() - 10 })).toEqual(renamed);
  });

  test('an older token changes nothing, nor one older than what a service put', async () => {
    const [sub, name] = [randomUUID(), `bea-${randomUUID()}`];
    const later = await me({ sub, preferred_username: name, name: 'Bea', iat: nowInSeconds() - 30 });
    expect(await me({ sub, preferred_username: 'old', name: 'Old', iat: nowInSeconds() - 60 })).toEqual(
      later,
    );
    const put = await putUser(sub, { display_name: 'Beatrice' });
    expect(await me({ sub, preferred_username: name, name: 'Bea', iat: nowInSeconds() - 5 })).toEqual(put);
  });

  test('a token that does not say when it was issued, as long as nobody who does gave names', async () => {
    const [sub, name] = [randomUUID(), `flo-${randomUUID()}`];
    await me({ sub, preferred_username: name });
    const later = await me({ sub, preferred_username: `${name}2` });
    expect(later).toMatchObject({ username: `${name}2` });
    const dated = await me({ sub, preferred_username: name, iat: nowInSeconds() - 60 });
    expect(dated).toMatchObject({ username: name });
    expect(await me({ sub, preferred_username: `${name}2`, jti: 'again' })).toEqual(dated);
  });

  test('the second Olga is shown as Olga, and keeps her handle', async () => {
    const name = `Olga ${randomUUID()}`;
    await me({ sub: randomUUID(), preferred_username: name });
    const claims = { sub: randomUUID(), preferred_username: name };
    const second = await me(claims);
    expect(second).toMatchObject({ display_name: name });
    expect(second.username).not.toBe(name);
    expect(await me({ ...claims, jti: randomUUID() })).toEqual(second);
  });

  test('a wish for a name that is taken leads to a handle with a suffix', async () => {
    const [taken, sub] = [`cleo-${randomUUID()}`, randomUUID()];
    await me({ sub: randomUUID(), preferred_username: taken });
    await me({ sub, preferred_username: `${taken}-before` });
    const wished = await me({ sub, preferred_username: taken, jti: 'later' });
    expect(wished).toMatchObject({
      username: expect.stringMatching(`^${taken}-[0-9a-f]{4}$`),
      display_name: taken,
    });
  });

  test('a local account is called what it was registered as, or what a service says', async () => {
    const username = `dora-${randomUUID()}`;
    const json = { username, password: 'correct horse' };
    const { user, access } = (await request(server.url, 'POST', '/api/auth/register/', { json })).as(
      entity.session,
    );
    const dora = new Person(server.url, user.id, access);
    await putUser(user.id, { username: `${username}2`, display_name: 'Dora' });
    const named = { id: user.id, username: `${username}2`, display_name: 'Dora' };
    expect((await dora.get(ME)).as(entity.user)).toEqual(named);
    const again = { username: `${username}2`, password: 'correct horse' };
    const signedIn = await request(server.url, 'POST', '/api/auth/token/', { json: again });
    expect(signedIn.as(entity.session).user).toEqual(named);
  });

  test('lists, histories, live frames and the own tokens say the new names at once', async () => {
    const [ada, ben] = [await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    await ada.send(id, 'before');
    const [adas, bens] = [await inboxOf(ada), await inboxOf(ben)];
    const path = `${CONVERSATIONS}${id}/messages/`;
    await ben.get(path);
    const renamed = await putUser(ada.id, { username: `renamed-${ada.id}`, display_name: 'Renamed' });
    expect((await ada.get(ME)).as(entity.user)).toEqual(renamed);
    expect(await ben.conversation(id)).toMatchObject({ user1: renamed, last_message: { sender: renamed } });
    expect((await ben.get(CONVERSATIONS)).as(entity.conversations)).toMatchObject([{ user1: renamed }]);
    expect((await ben.get(path)).as(entity.page).results).toMatchObject([{ sender: renamed }]);
    adas.send({ type: 'chat_message', conversation_id: id, message: 'after', message_id: randomUUID() });
    expect(await nextOf(bens, 'chat_message')).toMatchObject({
      sender_username: renamed.username,
      sender_display_name: 'Renamed',
    });
  });
});

describe('1.6 services', () => {
  test('do nothing else, and nobody else does what is theirs', async () => {
    const ada = await server.person();
    for (const { operation } of allOperations) {
      const path = operation.path.replace(/\{\w+\}/, 'x');
      const json = operation.method === 'GET' ? {} : { json: {} };
      if (operation.auth === 'bearer')
        expectProblem(
          await request(server.url, operation.method, path, { token, ...json }),
          403,
          'forbidden',
        );
      if (operation.auth === 'service')
        expectProblem(
          await request(server.url, operation.method, path, { token: ada.token, ...json }),
          403,
          'forbidden',
        );
    }
    const socket = await connect(`${server.url}/ws/chat/${randomUUID()}/?token=${token}`);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'forbidden' });
  });

  test('no local account, no other role and no other claim makes one', async () => {
    for (const claims of [
      { duet_role: 'user' },
      { duet_role: true },
      { role: 'service' },
      { duet_role: 'service', duet_session: randomUUID() },
    ]) {
      const other = await mint({ sub: randomUUID(), ...claims });
      const answer = await request(server.url, 'PUT', `${USERS}x/`, { token: other, json: {} });
      expectProblem(answer, 403, 'forbidden');
    }
    const forged = await mint({ sub: 'back-end', duet_role: 'service' }, `${JWT_SECRET}x`);
    expectProblem(
      await request(server.url, 'PUT', `${USERS}x/`, { token: forged, json: {} }),
      401,
      'invalid_token',
    );
  });
});

describe('3.9 people by their ids', () => {
  test('one, and many in the order of the ids, with commas or repeated', async () => {
    const ada = await server.person();
    const [a, b] = [randomUUID(), `cn=b,dc=${randomUUID()}`];
    const [first, second] = [await putUser(a, { username: a }), await putUser(b, { display_name: 'B' })];
    const find = async (query: string) => (await ada.get(`${USERS}?${query}`)).as(entity.users);
    const [one, two] = [encodeURIComponent(a), encodeURIComponent(b)];
    expect(await find(`ids=${one},unknown`)).toEqual([first]);
    expect(await find(`ids=${two}&ids=${one}`)).toEqual([second, first]);
    expect(await find(`ids=${two}`)).toEqual([second]);
    expect(await find('ids=unknown')).toEqual([]);
    expect((await ada.get(`${USERS}${two}/`)).as(entity.user)).toEqual(second);
    const hundred = Array.from({ length: 99 }, () => randomUUID());
    expect(await find(`ids=${[...hundred, one].join()}`)).toEqual([first]);
    expectProblem(await ada.get(`${USERS}unknown/`), 404, 'not_found');
    expectProblem(await ada.get(`${USERS}?ids=a&search=b`), 400, 'invalid_request', 'ids');
    expectProblem(await ada.get(`${USERS}?ids=`), 400, 'invalid_request');
    const many = Array.from({ length: 101 }, (_, i) => `ids=${i}`).join('&');
    expectProblem(await ada.get(`${USERS}?${many}`), 400, 'invalid_request', 'ids');
  });
});
