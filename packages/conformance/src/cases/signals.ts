import type { Sentence } from '../case.ts';
import { equal, includes } from '../check.ts';
import type { Context } from '../context.ts';
import { heardUntilPong, nextOf } from '../inbox.ts';
import { inTime } from '../short-lived.ts';

/** Typing and presence, which nobody stores: sentences of PROTOCOL 7.6. */
export const signals: readonly Sentence[] = [
  ['Typing is told to the other side, and its end', starts],
  ['Typing is not told to the own side', notToMyself],
  ['Typing ends with a message', endsWithMessage],
  ['Typing ends when the socket it came from closes', endsWithSocket],
  ['Typing ends 6 s after the last true', endsByItself],
  ['Presence is told to who asked, now and whenever it changes', told],
  ['Presence is of a person, over all devices, and a reload does not show', overDevices],
  ['last_seen is null for who never was online, and a time for who was', lastSeen],
];

const typing = (id: string, on = true) => ({ type: 'typing', conversation_id: id, typing: on });

async function starts(t: Context) {
  const { ada, ben, id } = await t.chat();
  const [mine, theirs] = [await t.inbox(ada), await t.inbox(ben)];
  for (const on of [true, false]) {
    mine.send(typing(id, on));
    equal('what the other side hears', await nextOf(theirs, 'typing'), {
      ...typing(id, on),
      user_id: ada.id,
    });
  }
}

async function notToMyself(t: Context) {
  const { ada, ben, id } = await t.chat();
  const [mine, mineToo, theirs] = [await t.inbox(ada), await t.inbox(ada), await t.inbox(ben)];
  mine.send(typing(id));
  await nextOf(theirs, 'typing');
  for (const each of [mine, mineToo]) equal('what the own side hears', await heardUntilPong(each), []);
}

async function endsWithMessage(t: Context) {
  const { ada, ben, id } = await t.chat();
  const [mine, theirs] = [await t.inbox(ada), await t.inbox(ben)];
  mine.send(typing(id));
  await nextOf(theirs, 'typing');
  await t.send(ada, id, 'whichever way it is sent');
  includes('the next of typing', await nextOf(theirs, 'typing'), { typing: false });
}

async function endsWithSocket(t: Context) {
  const { ada, ben, id } = await t.chat();
  const [mine, theirs] = [await t.inbox(ada), await t.inbox(ben)];
  mine.send(typing(id));
  await nextOf(theirs, 'typing');
  await mine.close();
  includes('the next of typing', await nextOf(theirs, 'typing'), { user_id: ada.id, typing: false });
}

async function endsByItself(t: Context) {
  const { ada, ben, id } = await t.chat();
  const [mine, theirs] = [await t.inbox(ada), await t.inbox(ben)];
  mine.send(typing(id));
  await nextOf(theirs, 'typing');
  includes('the next of typing', await nextOf(theirs, 'typing', 7000), { typing: false });
}

/** Somebody whose presence no other case moves, and a device that watches it. */
async function watched(t: Context) {
  const ada = await t.people.fresh();
  const { ben } = await t.chat();
  const { id } = await t.open(ada, ben);
  const theirs = await t.inbox(ben);
  theirs.send({ type: 'presence', conversation_ids: [id] });
  return { ada, ben, id, theirs, first: await nextOf(theirs, 'presence') };
}

/** A device that is back within this was not away. */
const GRACE_MS = 3000;
/** How long it takes until whoever left counts as gone. */
const LINGER_MS = 6000;

async function told(t: Context) {
  const { ada, theirs, first } = await watched(t);
  equal('the first answer', first, { type: 'presence', user_id: ada.id, online: false, last_seen: null });
  const mine = await t.inbox(ada);
  includes('when she comes', await nextOf(theirs, 'presence'), { user_id: ada.id, online: true });
  await mine.close();
  includes('when she goes', await nextOf(theirs, 'presence', LINGER_MS), { user_id: ada.id, online: false });
}

async function overDevices(t: Context) {
  const { ada, theirs } = await watched(t);
  const one = await t.inbox(ada);
  includes('when she comes', await nextOf(theirs, 'presence'), { online: true });
  const other = await t.inbox(ada);
  await one.close();
  const since = performance.now();
  await other.close();
  const reloaded = await t.inbox(ada);
  inTime(since, GRACE_MS);
  equal(
    'what a reload shows',
    (await heardUntilPong(theirs)).filter(({ type }) => type === 'presence'),
    [],
  );
  await reloaded.close();
  includes('when she is gone', await nextOf(theirs, 'presence', LINGER_MS), { online: false });
}

async function lastSeen(t: Context) {
  const { ada, ben, id, theirs, first } = await watched(t);
  equal('before', first.last_seen, null);
  const mine = await t.inbox(ada);
  await nextOf(theirs, 'presence');
  await mine.close();
  const gone = await nextOf(theirs, 'presence', LINGER_MS);
  equal('the time is a time', typeof gone.last_seen, 'string');
  const late = await t.inbox(ben);
  late.send({ type: 'presence', conversation_ids: [id] });
  equal('what is told later', await nextOf(late, 'presence'), gone);
}
