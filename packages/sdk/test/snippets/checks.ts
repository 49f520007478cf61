import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createDuet, type Duet, type ThreadSnapshot } from '../../src/index.ts';
import { until } from '../harness/until.ts';
import { type Place, withProgram } from './program.ts';

type Check = (place: Place) => Promise<void>;

/** How each snippet of a project is held to what its README says of it, by its file. `duet.ts` is in all of them. */
export const checks: Record<string, Check> = {
  'history.ts': (place) => everywhere(place, readHistory),
  'live.ts': (place) => everywhere(place, lookLive),
  'chat.tsx': chatInPage,
  'trpc.ts': listThroughTrpc,
  'token.ts': shareSession,
};

/** Of the root README: two people, in a project of nothing else. */
export const chat: Check = (place) =>
  withProgram(place, ['chat.mjs'], '', async ({ says }) => {
    await says(/'\d+: Hello, Dan'/);
  });

/** With the WebSocket that is brought along, and with the platform's own. */
async function everywhere(place: Place, check: (place: Place, folder: string) => Promise<void>) {
  const folders = place.version < 22 ? ['node'] : ['node', 'page'];
  await Promise.all(folders.map((folder) => check(place, folder)));
}

async function readHistory(place: Place, folder: string): Promise<void> {
  const me = await join(place.url);
  const named = await join(place.url, 'ben');
  const { id: conversation_id } = await me.duet.conversations.open({ target_user_id: named.id });
  const texts = Array.from({ length: 43 }, (_, n) => `text ${n}`);
  await Promise.all(texts.map((content) => me.duet.messages.send({ conversation_id, content })));
  const { results } = await me.duet.messages.list({ conversation_id, order: 'asc', after: 41 });
  const expected = results.map(({ seq, content }) => `${seq} ${me.username} ${content}\n`);
  assert.equal(expected.length, 2);
  await withProgram(place, [`${folder}/history.js`], me.token, async ({ ends }) => {
    assert.equal(await ends(), expected.join(''));
  });
}

async function lookLive(place: Place, folder: string): Promise<void> {
  const { me, friend, conversation_id } = await pair(place.url);
  await friend.duet.messages.send({ conversation_id, content: 'Hi' });
  await withProgram(place, [`${folder}/live.js`], me.token, async ({ says }) => {
    await says(`${friend.username} Hi 1 false`);
    await says(/^(queued|sent) Hello /m); // before it is connected, or when it is
    await says(/^2 Hello false$/m);
    await says(`${friend.username} Hello 0 false`);
    await friend.duet.conversations.markRead({ conversation_id, seq: 2 });
    await says(/^2 Hello true$/m);
  });
}

async function chatInPage(place: Place): Promise<void> {
  const { me, friend, conversation_id } = await pair(place.url);
  await friend.duet.messages.send({ conversation_id, content: 'Hello' });
  friend.duet.live.connect();
  try {
    const args = ['page/page.js', conversation_id, 'Hello', 'Hello yourself'];
    await withProgram(place, args, me.token, async ({ ends }) => {
      const thread = friend.duet.live.conversation(conversation_id);
      const isRead = ({ messages, conversation }: ThreadSnapshot) =>
        messages.length === 2 && conversation?.peer_read_seq !== 0;
      const { messages } = await until(thread, isRead);
      assert.equal(messages.at(-1)?.content, 'Hello yourself');
      thread.markRead();
      assert.match(await ends(), /seen/);
    });
  } finally {
    friend.duet.live.close();
  }
}

async function listThroughTrpc(place: Place): Promise<void> {
  const { me, friend, conversation_id } = await pair(place.url);
  await friend.duet.messages.send({ conversation_id, content: 'Hi' });
  await withProgram(place, ['page/trpc.js'], me.token, async ({ ends }) => {
    assert.equal(await ends(), `${conversation_id} Hi\n`);
  });
}

/** A browser's, with Web Locks, which Node has from 24 on, and without. */
async function shareSession(place: Place): Promise<void> {
  for (const locks of place.version < 24 ? ['none'] : ['own', 'none']) {
    const { username } = await join(place.url);
    const args = ['browser/tabs.js', place.url, username, PASSWORD, locks];
    await withProgram(place, args, '', async ({ ends }) => {
      assert.equal(await ends(), `${username}\n${username}\nrefreshed 1\nmissing_token\n`);
    });
  }
}

const PASSWORD = 'long enough';

/** Somebody with an account, new or not. */
async function join(url: string, username: string = randomUUID()) {
  const { auth } = createDuet({ url, getToken: () => null });
  const person = { username, password: PASSWORD };
  const { user, access } = await auth.register(person).catch(() => auth.signIn(person));
  const duet: Duet = createDuet({ url, getToken: () => access });
  return { ...user, token: access, duet };
}

async function pair(url: string) {
  const [me, friend] = await Promise.all([join(url), join(url)]);
  const { id } = await me.duet.conversations.open({ target_user_id: friend.id });
  return { me, friend, conversation_id: id };
}
