import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { asyncStorageOutbox } from '../../src/index.ts';
import { contents, device, live, losing, pair, person, range, seqs, watched } from '../harness/devices.ts';
import { mint } from '../harness/people.ts';
import { proper, socketServer } from '../harness/socket-server.ts';
import { eventually, until } from '../harness/until.ts';

describe('connections come and go', () => {
  test('what was missed while away is there when it is back, whatever the gap’s length', async () => {
    const { ada, ben, id } = await pair();
    const thread = await watched(ben, id);
    ada.live.conversation(id).send('before');
    await until(thread, ({ messages }) => messages.length === 1);
    ben.live.close();
    expect(thread.get().isSynced).toBe(false);
    for (let n = 2; n <= 250; n += 1) await ada.messages.send({ conversation_id: id, content: `${n}` });
    ben.live.connect();
    await until(thread, ({ isSynced, messages }) => isSynced && messages.length === 250);
    expect(seqs(thread)).toEqual(range(1, 250));
    expect(thread.get().conversation).toMatchObject({ unread_count: 250, last_seq: 250 });
  });

  test('a frame that gets lost on a healthy socket is noticed with the next heartbeat', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { ada, id } = await pair();
    const { user2: ben } = await ada.conversations.get({ conversation_id: id });
    const statuses: string[] = [];
    const deaf = device(ben.id, {
      WebSocket: losing((frame) => frame.includes('"2"') || frame.includes('"type":"read"')),
    });
    deaf.live.connect();
    const thread = await watched(deaf, id);
    onTestFinished(deaf.live.connection.subscribe(() => statuses.push(deaf.live.connection.get().status)));
    /** Lets time pass, and whatever that leads to be answered. */
    const passUntil = async (isSo: () => boolean) => {
      for (let passed = 0; !isSo(); passed += 1000) {
        expect(passed).toBeLessThan(100_000);
        vi.advanceTimersByTime(1000);
        for (let n = 0; n < 3; n += 1) await ada.users.me();
      }
    };
    for (const content of ['1', '2']) await ada.messages.send({ conversation_id: id, content });
    await until(thread, ({ messages }) => messages.length === 1);
    await passUntil(() => thread.get().messages.length === 2);
    await deaf.conversations.markRead({ conversation_id: id, seq: 2 });
    await passUntil(() => thread.get().conversation?.unread_count === 0);
    expect(contents(thread)).toEqual(['1', '2']);
    expect(statuses).toEqual([]);
  });

  test('what is written without a connection is sent once there is one, once, and survives a reload', async () => {
    const { ada, ben, id } = await pair();
    const theirs = await watched(ben, id);
    const kept = new Map<string, string>();
    const outbox = asyncStorageOutbox({
      getAllKeys: async () => [...kept.keys()],
      getItem: async (key) => kept.get(key) ?? null,
      setItem: async (key, value) => void kept.set(key, value),
      removeItem: async (key) => void kept.delete(key),
    });
    const page = device(ada.id, { outbox });
    page.live.connect();
    await live(page);
    page.live.close();
    const thread = page.live.conversation(id);
    for (const content of ['one', 'two']) thread.send(content);
    expect(thread.get().outgoing.map(({ status }) => status)).toEqual(['queued', 'queued']);
    expect(kept.size).toBe(2);

    const reloaded = device(ada.id, { outbox });
    reloaded.live.connect();
    page.live.connect(); // another tab with the same outbox
    await until(theirs, ({ messages }) => messages.length === 2);
    await until(reloaded.live.conversation(id), ({ outgoing }) => outgoing.length === 0);
    await until(thread, ({ outgoing }) => outgoing.length === 0);
    expect(contents(theirs)).toEqual(['one', 'two']);
    await eventually(() => kept.size === 0);
    await ada.messages.send({ conversation_id: id, content: 'three' });
    await until(theirs, ({ messages }) => messages.length === 3);
    expect(contents(theirs)).toEqual(['one', 'two', 'three']);
  });

  test('a token is renewed in band, on the same socket, and asked for only when it is needed', async () => {
    const reasons: string[] = [];
    let warn = () => {};
    const server = await socketServer({
      heard: (frame, say) => {
        proper(frame, say);
        warn = () => say({ type: 'auth', expires_in: 30 });
      },
    });
    const duet = device('ada', {
      url: server.url,
      getToken: ({ reason }) => `token ${reasons.push(reason)}`,
    });
    duet.live.connect();
    await live(duet);
    expect(reasons).toEqual(['missing']);
    const statuses: string[] = [];
    onTestFinished(duet.live.connection.subscribe(() => statuses.push(duet.live.connection.get().status)));
    const tokens = () => server.frames.flatMap((frame) => (frame.type === 'auth' ? [frame.token] : []));
    warn();
    await eventually(() => tokens().length === 2);
    warn();
    await eventually(() => tokens().length === 3);
    expect(tokens()).toEqual(['token 1', 'token 2', 'token 3']);
    expect(reasons).toEqual(['missing', 'expired', 'expired']);
    expect([statuses, server.opened]).toEqual([[], 1]);
  });

  test('somebody else signs in: nothing of the one before is shown, or sent', async () => {
    const [ben, eve] = [await person(), await person()];
    const { auth } = device('', { getToken: () => null });
    const session = await auth.register({ username: randomUUID(), password: 'correct horse' });
    let token = session.access;
    const shared = device('', { getToken: () => token });
    const { id } = await shared.conversations.open({ target_user_id: ben.id });
    shared.live.connect();
    await until(shared.live.conversations, ({ items }) => items.length === 1);
    shared.live.close();
    shared.live.conversation(id).send('not hers');
    await auth.signOut({ refresh: session.refresh });
    token = await mint(eve.id);
    shared.live.connect();
    await until(shared.live.me, (me) => me?.id === eve.id);
    const { items } = await until(shared.live.conversations, ({ isSynced }) => isSynced);
    expect(items).toEqual([]);
    expect(shared.live.conversation(id).get()).toMatchObject({ messages: [], outgoing: [] });
    expect((await ben.messages.list({ conversation_id: id })).results).toEqual([]);
  });
});
