import { randomUUID } from 'node:crypto';
import { operations } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds, includes } from '../check.ts';
import { CONVERSATIONS, type Context } from '../context.ts';
import { nextOf, sync } from '../inbox.ts';

/** What changed while a device was away (PROTOCOL 7.4 and 7.7). */
export const catchingUp = [
  section('7.4', 'Catching up', [
    ['Without a cursor everything is new: reset, and the same as the list', snapshot],
    ['A snapshot is bounded by limit, and next goes on in the list', bounded],
    ['With a cursor every conversation is named that had a message', messageChanges],
    ['With a cursor every conversation is named that a read marker of either side moved in', markerChanges],
    ['With a cursor a conversation is named that was opened', openChanges],
    ['A cursor that does not read as one of this server’s gets a fresh snapshot', badCursor],
    ['The new cursor goes on from there, also on another connection', nextCursor],
  ]),
  section('7.7', 'Heads', [
    ['A pong names what changed since the cursor, with its state', heads],
    ['Without a cursor: cursor null and no heads', bare],
    ['A cursor that does not hold is answered with itself, and heads null', badHeads],
  ]),
];

/** Somebody new with conversations, and an inbox that has heard of all of them. */
async function known(t: Context, count: number) {
  const ada = await t.people.fresh();
  const others = await t.people.others(count, [ada]);
  const mine = await t.inbox(ada, { everything: true });
  const ids: string[] = [];
  for (const other of others) {
    ids.push((await t.open(ada, other)).id);
    await nextOf(mine, 'conversation');
  }
  return { ada, mine, ids };
}

async function snapshot(t: Context) {
  const { ada, mine, ids } = await known(t, 2);
  for (const id of ids) await t.send(ada, id, 'x');
  const all = await sync(mine);
  includes('synced', all, { reset: true, next: null });
  const list = (await t.get(ada, CONVERSATIONS)).as(operations.conversations.list.output);
  equal('the conversations', all.conversations, list);
}

async function bounded(t: Context) {
  const { ada, mine } = await known(t, 3);
  const some = await sync(mine, undefined, 2);
  includes('synced', some, { reset: true });
  equal('how many', some.conversations.length, 2);
  const { output } = operations.conversations.list;
  const rest = (await t.get(ada, `${CONVERSATIONS}?cursor=${some.next}`)).as(output);
  const all = (await t.get(ada, CONVERSATIONS)).as(output);
  equal('the snapshot and what follows', [...some.conversations, ...rest], all);
}

/** What a device is told of its conversation that was away while something was done. */
async function missed(
  t: Context,
  person: { id: string; username: string; token: string },
  act: () => Promise<unknown>,
) {
  const before = await t.inbox(person);
  const { cursor } = await sync(before);
  await before.close();
  await act();
  const after = await t.inbox(person);
  const changed = await sync(after, cursor);
  holds('it is no reset', !changed.reset, changed.reset);
  const [named] = changed.conversations;
  return named ?? {};
}

async function messageChanges(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const named = await missed(t, ada, () => t.send(ben, id, 'while you were away'));
  includes('what is named', named, { id, last_seq: last + 1, unread_count: 1 });
}

async function markerChanges(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  await t.send(ben, id, 'for Ada');
  await t.send(ada, id, 'for Ben');
  const byMe = await missed(t, ada, () => t.markRead(ada, id, last + 2));
  includes('after my own marker', byMe, { id, read_seq: last + 2, unread_count: 0 });
  const byThem = await missed(t, ada, () => t.markRead(ben, id, last + 2));
  includes('after theirs', byThem, { id, peer_read_seq: last + 2 });
}

async function openChanges(t: Context) {
  const ada = await t.people.fresh();
  const [ben] = await t.people.others(1, [ada]);
  if (!ben) return;
  const mine = await t.inbox(ada, { everything: true });
  const { cursor, conversations } = await sync(mine);
  equal('before', conversations, []);
  await mine.close();
  const { id } = await t.open(ben, ada);
  const changed = await sync(await t.inbox(ada, { everything: true }), cursor);
  equal(
    'what is named',
    [changed.reset, changed.conversations.map((conversation) => conversation.id)],
    [false, [id]],
  );
}

async function badCursor(t: Context) {
  const { ada } = await t.chat();
  const mine = await t.inbox(ada);
  for (const cursor of ['nonsense', '', Buffer.from('["another database","1:2:"]').toString('base64url')])
    includes(`synced with the cursor ${cursor}`, await sync(mine, cursor), { reset: true });
}

async function nextCursor(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const first = await sync(await t.inbox(ada));
  await t.send(ben, id, '1');
  const second = await sync(await t.inbox(ada), first.cursor);
  includes('the first change', second.conversations[0] ?? {}, { id, last_seq: last + 1 });
  await t.send(ben, id, '2');
  const third = await sync(await t.inbox(ada), second.cursor);
  includes('the second change', third.conversations[0] ?? {}, { id, last_seq: last + 2 });
  includes('synced', third, { reset: false });
}

async function heads(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const mine = await t.inbox(ada);
  const { cursor } = await sync(mine);
  await t.send(ben, id, 'one');
  mine.send({ type: 'ping', cursor });
  const pong = await nextOf(mine, 'pong');
  const own = (found: typeof pong) => found.heads?.filter(({ conversation_id }) => conversation_id === id);
  const state = { last_seq: last + 1, read_seqs: [last, last], unread_counts: [1, 0] };
  equal('the head', own(pong), [{ conversation_id: id, state }]);
  await t.markRead(ada, id, last + 1);
  mine.send({ type: 'ping', cursor: pong.cursor });
  const next = await nextOf(mine, 'pong');
  const read = { last_seq: last + 1, read_seqs: [last + 1, last], unread_counts: [0, 0] };
  equal('the head after a marker', own(next), [{ conversation_id: id, state: read }]);
}

async function bare(t: Context) {
  const { ada } = await t.chat();
  const mine = await t.inbox(ada);
  mine.send({ type: 'ping' });
  equal('the answer', await mine.next(), { type: 'pong', cursor: null, heads: [] });
}

async function badHeads(t: Context) {
  const { ada } = await t.chat();
  const mine = await t.inbox(ada);
  const cursor = randomUUID();
  mine.send({ type: 'ping', cursor });
  equal('the answer', await mine.next(), { type: 'pong', cursor, heads: null });
}
