import { randomUUID } from 'node:crypto';
import { allOperations, operations } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds } from '../check.ts';
import { at, CONVERSATIONS, type Context, ME } from '../context.ts';
import { newName } from '../people/accounts.ts';
import { refused } from '../problem.ts';
import { closeOf } from '../wire/socket.ts';

const { put, putMany, get } = operations.users;

/** The operator’s own back end, and the users that it puts (PROTOCOL 1.6 and 3.12). */
export const services = [
  section('1.6', 'Services', [
    ['A service may call nothing but what is for services: forbidden, and 4403', onlyTheirs],
    ['Whoever is no service gets forbidden for what is', nobodyElse],
  ]),
  section('3.12', 'Your own users', [
    ['A user who was put is known before they come, and their token is theirs', known],
    ['What is left out stays, and null shows the username', stays],
    ['A username that is somebody else’s is username_taken', taken],
    ['Many at once, in their order; the first that is refused is named', many],
    ['New names are soon in what is read, on every node', shown],
  ]),
];

const serviceToken = (t: Context) => t.people.mint({ sub: 'conformance', duet_role: 'service' });

async function putUser(t: Context, id: string, json: object) {
  return t.request('PUT', at(put.path, id), { token: await serviceToken(t), json });
}

async function onlyTheirs(t: Context) {
  const token = await serviceToken(t);
  for (const { operation } of allOperations.filter(({ operation }) => operation.auth === 'bearer')) {
    const json = operation.method === 'GET' ? {} : { json: {} };
    refused(
      await t.request(operation.method, at(operation.path, randomUUID()), { token, ...json }),
      'forbidden',
    );
  }
  const socket = await t.socket(`/ws/chat/${randomUUID()}/?token=${token}`);
  equal('the close', await socket.closed(), closeOf('forbidden'));
}

async function nobodyElse(t: Context) {
  const { ada } = await t.chat();
  for (const { operation } of allOperations.filter(({ operation }) => operation.auth === 'service')) {
    const { method, path } = operation;
    refused(await t.request(method, at(path, ada.id), { token: ada.token, json: {} }), 'forbidden');
  }
}

async function known(t: Context) {
  const { ada } = await t.chat();
  const user = { id: randomUUID(), username: newName(), display_name: 'Olga Petrova' };
  const made = await putUser(t, user.id, user);
  equal('status', made.status, 201);
  equal('the user', made.as(put.output), user);
  equal('status, again', (await putUser(t, user.id, user)).status, 200);
  const opened = await t.post(ada, CONVERSATIONS, { target_user_id: user.id });
  equal('the other side', opened.as(operations.conversations.open.output).user2, user);
  equal('getUser', (await t.get(ada, at(get.path, user.id))).as(get.output), user);
  const token = await t.people.mint({ sub: user.id });
  equal('who they are', (await t.request('GET', ME, { token })).as(operations.users.me.output), user);
}

async function stays(t: Context) {
  const [id, username] = [randomUUID(), newName()];
  await putUser(t, id, { username, display_name: 'Ina' });
  const unchanged = { id, username, display_name: 'Ina' };
  equal('with nothing', (await putUser(t, id, {})).as(put.output), unchanged);
  const shownAs = (await putUser(t, id, { display_name: null })).as(put.output);
  equal('with null', shownAs, { id, username, display_name: username });
}

async function taken(t: Context) {
  const { ada } = await t.chat();
  const username = ada.username.toUpperCase();
  refused(await putUser(t, randomUUID(), { username }), 'username_taken');
}

async function many(t: Context) {
  const { ada } = await t.chat();
  const token = await serviceToken(t);
  const users = Array.from({ length: 3 }, () => ({
    id: randomUUID(),
    username: newName(),
    display_name: 'N',
  }));
  const answer = await t.request('PUT', putMany.path, { token, json: { users } });
  equal('the users', answer.as(putMany.output), users);
  const clash = [
    { id: users[0]?.id, display_name: 'First' },
    { id: randomUUID(), username: ada.username },
  ];
  const json = { users: clash };
  refused(await t.request('PUT', putMany.path, { token, json }), 'username_taken', 'users.1.username');
  const first = (await t.get(ada, at(get.path, users[0]?.id ?? ''))).as(get.output);
  equal('the one before', first.display_name, 'First');
}

async function shown(t: Context) {
  const ada = await t.people.fresh();
  const [ben] = await t.people.others(1, [ada]);
  if (!ben) return;
  const { id } = await t.open(ada, ben);
  await t.send(ada, id, 'before');
  const renamed = { username: newName(), display_name: 'Renamed' };
  await putUser(t, ada.id, renamed);
  const isRenamed = async () => {
    const { user1, last_message } = await t.conversation(ben, id);
    const [message] = await t.history(ben, id);
    return [user1, last_message?.sender, message?.sender].every((user) => user?.display_name === 'Renamed');
  };
  // Each look may be at another node.
  const until = performance.now() + t.patienceMs;
  let inARow = 0;
  while (inARow < LOOKS && performance.now() < until) inARow = (await isRenamed()) ? inARow + 1 : 0;
  holds('the conversation and its history name her anew', inARow === LOOKS, await t.conversation(ben, id));
}

/** More than there are nodes. */
const LOOKS = 6;
