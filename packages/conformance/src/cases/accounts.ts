import { randomUUID } from 'node:crypto';
import { operations, type Session } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds, includes, NotApplicable } from '../check.ts';
import { at, type Context, ME } from '../context.ts';
import { newName, PASSWORD } from '../people/accounts.ts';
import { refused } from '../problem.ts';
import { inTime } from '../short-lived.ts';

const { register, signIn, refresh, signOut } = operations.auth;
const { find } = operations.users;

/** Local accounts, where there are some, and people (PROTOCOL 3.8 and 3.9). */
export const accounts = [
  section('3.8', 'Accounts', [
    ['register makes an account and signs it in: 201', registers],
    ['A name that is taken, whatever the case, is username_taken', taken],
    ['Of registrations of one name that race one gets it', race],
    ['What cannot be a username or a password is 400', badAccount],
    ['signIn takes the name in any case', signsIn],
    ['A wrong password and an unknown name look the same: invalid_credentials', wrongPassword],
    ['A refresh token works once, for a session of the same user', once],
    ['Used again when its successor was used it revokes the whole family', family],
    ['Used again at once it gets another successor, and the one before ends the family', lostAnswer],
    ['After signing out it works no more; signing out again is no error', signsOut],
    ['What was never a refresh token is invalid_refresh_token', neverOne],
    ['Without local accounts all four answer 404', off],
  ]),
  section('3.9', 'People', [
    ['getMe is who I am', me],
    [
      'findUsers finds by the beginning of the username, whatever the case, in order, without yourself',
      finds,
    ],
    ['What is in a search stands for itself', wildcards],
    ['Without search there are the first ones, 20 at most unless limit says otherwise', first],
    ['A search or limit out of range is 400', badSearch],
    ['getUser is one person; unknown is 404', oneUser],
    ['ids, with commas or repeated, are those that there are, in their order', byIds],
  ]),
];

const post = (t: Context, path: string, json: unknown) => t.request('POST', path, { json });

async function oneUser(t: Context) {
  const { ada, ben } = await t.chat();
  const found = (await t.get(ada, at(operations.users.get.path, ben.id))).as(operations.users.get.output);
  includes('the person', found, { id: ben.id, username: ben.username });
  refused(await t.get(ada, at(operations.users.get.path, randomUUID())), 'not_found');
}

async function byIds(t: Context) {
  const { ada, ben, eve } = await t.chat();
  const { path, output } = operations.users.find;
  for (const query of [`ids=${eve.id},${randomUUID()},${ben.id}`, `ids=${eve.id}&ids=${ben.id}`]) {
    const found = (await t.get(ada, `${path}?${query}`)).as(output);
    equal(
      query,
      found.map(({ id }) => id),
      [eve.id, ben.id],
    );
  }
  const many = Array.from({ length: 101 }, (_, i) => `ids=${i}`).join('&');
  for (const query of [many, `ids=${ben.id}&search=b`])
    refused(await t.get(ada, `${path}?${query}`), 'invalid_request', 'ids');
}

async function newSession(t: Context): Promise<Session> {
  await t.needAccounts();
  return (await post(t, register.path, { username: newName(), password: PASSWORD })).as(register.output);
}

async function registers(t: Context) {
  await t.needAccounts();
  const username = `${newName()} Ada`;
  const answer = await post(t, register.path, { username, password: PASSWORD });
  equal('status', answer.status, 201);
  const { user, access, expires_in } = answer.as(register.output);
  equal('username', user.username, username);
  holds('expires_in', expires_in > 0, expires_in);
  equal(
    'who the token is',
    (await t.request('GET', ME, { token: access })).as(operations.users.me.output),
    user,
  );
}

async function taken(t: Context) {
  const { user } = await newSession(t);
  for (const username of [user.username, user.username.toUpperCase()])
    refused(await post(t, register.path, { username, password: PASSWORD }), 'username_taken');
}

async function race(t: Context) {
  await t.needAccounts();
  const json = { username: newName(), password: PASSWORD };
  const answers = await Promise.all([1, 2, 3].map(() => post(t, register.path, json)));
  equal('statuses', answers.map(({ status }) => status).sort(), [201, 409, 409]);
}

async function badAccount(t: Context) {
  await t.needAccounts();
  for (const username of ['', ' ada', 'a\nb', 'a\0b', '\ud800', 'x'.repeat(65), 7])
    refused(await post(t, register.path, { username, password: PASSWORD }), 'invalid_request', 'username');
  for (const password of ['1234567', 'x'.repeat(257), 'with \0 inside', null])
    refused(await post(t, register.path, { username: newName(), password }), 'invalid_request', 'password');
}

async function signsIn(t: Context) {
  const { user } = await newSession(t);
  for (const username of [user.username, user.username.toUpperCase()]) {
    const answer = await post(t, signIn.path, { username, password: PASSWORD });
    equal('status', answer.status, 200);
    equal('user', answer.as(signIn.output).user, user);
  }
}

async function wrongPassword(t: Context) {
  const { user } = await newSession(t);
  const bare = (text: string) => text.replace(/"request_id": ?"[^"]+"/, '');
  const [wrong, unknown] = await Promise.all(
    [user.username, newName()].map((username) =>
      post(t, signIn.path, { username, password: 'not the password' }),
    ),
  );
  if (!wrong || !unknown) return;
  for (const answer of [wrong, unknown]) refused(answer, 'invalid_credentials');
  equal('the answer for an unknown name', bare(unknown.text), bare(wrong.text));
}

async function once(t: Context) {
  const first = await newSession(t);
  const answer = await post(t, refresh.path, { refresh: first.refresh });
  equal('status', answer.status, 200);
  const second = answer.as(refresh.output);
  equal('user', second.user, first.user);
  holds('the refresh token is a new one', second.refresh !== first.refresh);
  equal('the next refresh', (await post(t, refresh.path, { refresh: second.refresh })).status, 200);
  equal('the access token', (await t.request('GET', ME, { token: second.access })).status, 200);
}

async function family(t: Context) {
  const first = await newSession(t);
  const second = (await post(t, refresh.path, { refresh: first.refresh })).as(refresh.output);
  const third = (await post(t, refresh.path, { refresh: second.refresh })).as(refresh.output);
  for (const token of [first.refresh, third.refresh])
    refused(await post(t, refresh.path, { refresh: token }), 'invalid_refresh_token');
  const json = { username: first.user.username, password: PASSWORD };
  equal('signing in again', (await post(t, signIn.path, json)).status, 200);
}

/** So long a token that was used works once more. */
const LOST_ANSWER_MS = 10_000;

async function lostAnswer(t: Context) {
  const first = await newSession(t);
  const since = performance.now();
  const lost = (await post(t, refresh.path, { refresh: first.refresh })).as(refresh.output);
  const again = await post(t, refresh.path, { refresh: first.refresh });
  inTime(since, LOST_ANSWER_MS);
  const second = again.as(refresh.output);
  holds('the refresh token is another one', second.refresh !== lost.refresh);
  for (const token of [lost.refresh, second.refresh])
    refused(await post(t, refresh.path, { refresh: token }), 'invalid_refresh_token');
}

async function signsOut(t: Context) {
  const session = await newSession(t);
  for (const token of [session.refresh, session.refresh, 'never was one']) {
    const answer = await post(t, signOut.path, { refresh: token });
    equal('status and body', [answer.status, answer.text], [204, '']);
  }
  refused(await post(t, refresh.path, { refresh: session.refresh }), 'invalid_refresh_token');
}

async function neverOne(t: Context) {
  await t.needAccounts();
  for (const token of ['x', `${randomUUID()}.${'a'.repeat(43)}`, '..'])
    refused(await post(t, refresh.path, { refresh: token }), 'invalid_refresh_token');
}

async function off(t: Context) {
  const isOff = await t.needAccounts().then(
    () => false,
    () => true,
  );
  if (!isOff) throw new NotApplicable('local accounts are on');
  const json = { username: newName(), password: PASSWORD, refresh: 'x' };
  for (const { path } of Object.values(operations.auth)) refused(await post(t, path, json), 'not_found');
}

async function me(t: Context) {
  const { ada } = await t.chat();
  const { id, username } = ada;
  includes('me', (await t.get(ada, ME)).as(operations.users.me.output), { id, username });
}

const search = async (t: Context, token: string, text: string) =>
  (await t.request('GET', `${find.path}?search=${encodeURIComponent(text)}`, { token })).as(find.output);

async function finds(t: Context) {
  const { ada, ben } = await t.chat();
  const { id, username } = ben;
  for (const text of [username, username.toUpperCase(), username.slice(0, 64)]) {
    const found = await search(t, ada.token, text);
    holds(
      `${text} finds Ben`,
      found.some((user) => user.id === id && user.username === username),
      found,
    );
  }
  const stem = [...username].slice(0, 2).join('');
  const found = await search(t, ada.token, stem);
  const names = found.map((user) => user.username.toLowerCase());
  holds(
    'all begin with it',
    names.every((name) => name.startsWith(stem.toLowerCase())),
    names,
  );
  equal(
    'the order',
    names,
    [...names].sort((one, other) => (one < other ? -1 : 1)),
  );
  holds(
    'I am not among them',
    (await search(t, ada.token, ada.username)).every((user) => user.id !== ada.id),
  );
}

async function wildcards(t: Context) {
  const { ada } = await t.chat();
  for (const text of [`%${randomUUID()}`, `${ada.username.slice(0, 3)}%${randomUUID()}`, '\\'])
    equal(
      `search=${text}`,
      (await search(t, ada.token, text)).filter(({ username }) => !username.startsWith(text)),
      [],
    );
  const [cy] = await t.people.others(1, [ada]);
  if (!cy) return;
  const masked = `${cy.username.slice(0, -1)}_`;
  const found = await search(t, ada.token, masked);
  holds(
    `search=${masked} does not find ${cy.username}`,
    found.every(({ id }) => id !== cy.id),
    found,
  );
}

async function first(t: Context) {
  const { ada } = await t.chat();
  const usual = (await t.get(ada, find.path)).as(find.output);
  holds('20 at most', usual.length > 0 && usual.length <= 20, usual.length);
  const found = (await t.get(ada, `${find.path}?limit=1`)).as(find.output);
  equal('how many there are with limit=1', found.length, 1);
  // Or somebody whom another case made meanwhile.
  const place = usual.findIndex(({ id }) => id === found[0]?.id);
  holds('it is the first of them', place <= 0, { place, found, usual });
}

async function badSearch(t: Context) {
  const { ada } = await t.chat();
  for (const query of ['limit=0', 'limit=51', 'limit=x'])
    refused(await t.get(ada, `${find.path}?${query}`), 'invalid_request', 'limit');
  for (const query of [`search=${'x'.repeat(65)}`, 'search=%00'])
    refused(await t.get(ada, `${find.path}?${query}`), 'invalid_request', 'search');
}
