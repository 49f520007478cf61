import { randomInt, randomUUID } from 'node:crypto';
import { operations } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds, includes } from '../check.ts';
import { at, CONVERSATIONS, type Context, ME, range } from '../context.ts';
import { refused } from '../problem.ts';

const { list, open, markRead } = operations.conversations;

/** The list, opening, one conversation, and how far it is read (PROTOCOL 3.2 to 3.4 and 3.7). */
export const conversations = [
  section('3.2', 'listConversations', [
    ['Is a bare array, latest activity first, and moves with it', latestFirst],
    ['Walking by Link meets every conversation once, at any page size', walks],
    ['When there is no more there is no Link', noLink],
    ['A limit out of range is 400', badLimit],
    ['A cursor that does not read as one of this server’s is 400', badCursor],
  ]),
  section('3.3', 'openConversation', [
    ['201 when this call created it, 200 when it was there, from either side', creates],
    ['However many calls race, from either side: one conversation, one 201', race],
    ['Yourself: 400 with field target_user_id', yourself],
    ['An unknown user: 404', unknownUser],
    ['What is no user id: 400 with field target_user_id', noUserId],
    ['An integer as target_user_id stands for its digits', numberedUser],
  ]),
  section('3.4', 'getConversation', [
    ['Shows each side its own view', ownView],
    ['unread_count are the messages of the other side after read_seq; sending does not move markers', unread],
    ['countUnread adds up all conversations', countsAll],
  ]),
  section('3.7', 'markRead', [
    ['The marker moves forward, and unread_count with it', forward],
    ['The marker never moves back', neverBack],
    ['Beyond the last message it stops there', stops],
    ['read on a message: its recipient has read it', readFlags],
    ['What is no seq is 400', noSeq],
    ['unread_count is exact while messages come in', exact],
  ]),
];

async function numberedUser(t: Context) {
  const [ada, number] = [await t.people.fresh(), 1_000_000 + randomInt(2 ** 40)];
  const token = await t.people.mint({ sub: `${number}` });
  await t.request('GET', ME, { token });
  const opened = (await t.post(ada, open.path, { target_user_id: number })).as(open.output);
  equal('the other side', opened.user2.id, `${number}`);
}

async function countsAll(t: Context) {
  const ada = await t.people.fresh();
  const others = await t.people.others(3, [ada]);
  const count = async () => {
    const { path, output } = operations.conversations.unread;
    return (await t.get(ada, path)).as(output);
  };
  equal('of nobody', await count(), { unread_count: 0, conversations: 0 });
  let first = '';
  for (const [i, other] of others.entries()) {
    const { id } = await t.open(i % 2 ? ada : other, i % 2 ? other : ada);
    if (i === 0) first = id;
    for (let n = 0; n < i + 1; n += 1) await t.send(other, id, 'unread');
    await t.send(ada, id, 'mine');
  }
  equal('of all', await count(), { unread_count: 6, conversations: 3 });
  await t.markRead(ada, first, 1);
  equal('after reading', await count(), { unread_count: 5, conversations: 2 });
}

const idsOf = async (t: Context, token: string, query = '') =>
  (await t.request('GET', CONVERSATIONS + query, { token })).as(list.output).map(({ id }) => id);

async function latestFirst(t: Context) {
  const ada = await t.people.fresh();
  const [ben, cy] = await t.people.others(2, [ada]);
  if (!ben || !cy) return;
  const withBen = await t.open(ada, ben);
  const withCy = await t.open(cy, ada);
  equal('the list', await idsOf(t, ada.token), [withCy.id, withBen.id]);
  await t.send(ben, withBen.id, 'up');
  equal('the list, after a message', await idsOf(t, ada.token), [withBen.id, withCy.id]);
}

async function walks(t: Context) {
  const ada = await t.people.fresh();
  const others = await t.people.others(5, [ada]);
  // Both roles, and at once: activity alone does not tell them apart.
  const opened = await Promise.all(
    others.map((other, i) => (i % 2 ? t.open(ada, other) : t.open(other, ada))),
  );
  for (const limit of [1, 2, 3]) {
    const seen: string[] = [];
    let path: string | undefined = `${CONVERSATIONS}?limit=${limit}`;
    while (path && seen.length <= others.length) {
      const answer = await t.get(ada, path);
      seen.push(...answer.as(list.output).map(({ id }) => id));
      const link = answer.headers.get('link');
      if (link !== null) holds('Link', /^<https?:\/\/[^>]+>; *rel="next"$/.test(link), link);
      path = link?.slice(1, link.indexOf('>'));
    }
    equal(`the ids met, ${limit} at a time`, [...seen].sort(), opened.map(({ id }) => id).sort());
  }
}

async function noLink(t: Context) {
  const { ada } = await t.chat();
  const answer = await t.get(ada, CONVERSATIONS);
  if (answer.as(list.output).length < 1000) equal('Link', answer.headers.get('link'), null);
}

async function badLimit(t: Context) {
  const { ada } = await t.chat();
  for (const limit of ['0', '1001', '-1', '1.5', 'x', '', '1e2', '99999999999999999999'])
    refused(await t.get(ada, `${CONVERSATIONS}?limit=${limit}`), 'invalid_request', 'limit');
}

async function badCursor(t: Context) {
  const { ada } = await t.chat();
  const forged = [[], [0, 'x'], {}, 'x'].map((value) =>
    Buffer.from(JSON.stringify(value)).toString('base64url'),
  );
  for (const cursor of ['x', '', 'x'.repeat(300), ...forged])
    refused(await t.get(ada, `${CONVERSATIONS}?cursor=${cursor}`), 'invalid_request', 'cursor');
}

async function creates(t: Context) {
  const ada = await t.people.fresh();
  const [ben] = await t.people.others(1, [ada]);
  if (!ben) return;
  const first = await t.post(ada, open.path, { target_user_id: ben.id });
  equal('status of the first', first.status, 201);
  const conversation = first.as(open.output);
  includes('the new conversation', conversation, {
    user1: { id: ada.id, username: ada.username },
    user2: { id: ben.id, username: ben.username },
    last_message: null,
    last_seq: 0,
    unread_count: 0,
    read_seq: 0,
    peer_read_seq: 0,
  });
  for (const [person, other] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    const again = await t.post(person, open.path, { target_user_id: other.id });
    equal('status when it was there', again.status, 200);
    equal('the conversation', again.as(open.output), conversation);
  }
}

async function race(t: Context) {
  const ada = await t.people.fresh();
  const [ben] = await t.people.others(1, [ada]);
  if (!ben) return;
  const answers = await Promise.all(
    range(1, 12).map((i) =>
      i % 2
        ? t.post(ada, open.path, { target_user_id: ben.id })
        : t.post(ben, open.path, { target_user_id: ada.id }),
    ),
  );
  equal('statuses', answers.map(({ status }) => status).sort(), [...Array(11).fill(200), 201]);
  equal('conversations', new Set(answers.map((answer) => answer.as(open.output).id)).size, 1);
}

async function yourself(t: Context) {
  const { ada } = await t.chat();
  refused(await t.post(ada, open.path, { target_user_id: ada.id }), 'invalid_request', 'target_user_id');
}

async function unknownUser(t: Context) {
  const { ada } = await t.chat();
  refused(await t.post(ada, open.path, { target_user_id: randomUUID() }), 'not_found');
}

async function noUserId(t: Context) {
  const { ada } = await t.chat();
  for (const target_user_id of ['', '  ', 'a\0b', '\ud800', 'x'.repeat(256), 7.5, null, ['a'], undefined])
    refused(await t.post(ada, open.path, { target_user_id }), 'invalid_request', 'target_user_id');
}

async function ownView(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const sent = await t.send(ada, id, 'hello');
  const common = { id, last_seq: last + 1, last_message: sent, user1: { id: ada.id }, user2: { id: ben.id } };
  includes('Ada’s view', await t.conversation(ada, id), {
    ...common,
    unread_count: 0,
    read_seq: last,
    peer_read_seq: last,
  });
  includes('Ben’s view', await t.conversation(ben, id), { ...common, unread_count: 1 });
}

async function unread(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  await t.send(ada, id, '1');
  await t.send(ada, id, '2');
  await t.send(ben, id, '3');
  includes('Ben’s view', await t.conversation(ben, id), { unread_count: 2, read_seq: last });
  includes('Ada’s view', await t.conversation(ada, id), { unread_count: 1, read_seq: last });
  const listed = (await t.get(ben, CONVERSATIONS))
    .as(list.output)
    .find((conversation) => conversation.id === id);
  equal('the same in the list', listed, await t.conversation(ben, id));
}

async function forward(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  for (const text of ['1', '2', '3']) await t.send(ada, id, text);
  includes('at the first', await t.markRead(ben, id, last + 1), { read_seq: last + 1, unread_count: 2 });
  includes('at the third', await t.markRead(ben, id, last + 3), { read_seq: last + 3, unread_count: 0 });
  includes('from the other side', await t.conversation(ada, id), { peer_read_seq: last + 3, read_seq: last });
}

async function neverBack(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  for (const text of ['1', '2', '3']) await t.send(ada, id, text);
  await t.markRead(ben, id, last + 2);
  for (const seq of [last + 1, 0])
    includes(`marked at ${seq}`, await t.markRead(ben, id, seq), { read_seq: last + 2, unread_count: 1 });
  includes('from the other side', await t.conversation(ada, id), { peer_read_seq: last + 2 });
}

async function stops(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  await t.send(ada, id, '1');
  includes('marked far beyond', await t.markRead(ben, id, 2_147_483_647), {
    read_seq: last + 1,
    unread_count: 0,
  });
  await t.send(ada, id, '2');
  includes('with the next message', await t.conversation(ben, id), { read_seq: last + 1, unread_count: 1 });
}

async function readFlags(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  await t.send(ada, id, '1');
  await t.send(ben, id, '2');
  await t.send(ada, id, '3');
  await t.markRead(ben, id, last + 2);
  const flags = (await t.history(ada, id, last)).map(({ read }) => read);
  equal('read of the three messages', flags, [true, false, false]);
}

async function noSeq(t: Context) {
  const { ada, id } = await t.chat();
  for (const seq of [-1, 1.5, '1', null, true, 2_147_483_648, [1], undefined])
    refused(await t.post(ada, at(markRead.path, id), { seq }), 'invalid_request', 'seq');
}

async function exact(t: Context) {
  const { ada, ben, id } = await t.chat();
  for (const _ of range(1, 5)) {
    await Promise.all([
      t.markRead(ben, id, 2_147_483_647),
      ...['1', '2'].map((text) => t.send(ada, id, text)),
      t.send(ben, id, '3'),
    ]);
    const { read_seq, unread_count } = await t.conversation(ben, id);
    const later = await t.history(ben, id, read_seq);
    equal('unread_count', unread_count, later.filter(({ sender }) => sender.id === ada.id).length);
  }
}
