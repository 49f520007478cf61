import { createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { describe, expect, test, vi } from 'vitest';
import { type Inbox, inboxOf, nextOf } from '../harness/inbox.ts';
import { type ServerProcess, startProcess } from '../harness/process.ts';
import { JWT_SECRET, mint, Person } from '../harness/server.ts';

/** PROTOCOL 7.6: a change of network is not an absence. */
const GRACE_MS = 3000;

/** Two nodes on one database, and three people; ben talks with the other two. */
async function setUp() {
  const database = await createPostgres();
  const sql = postgres(database.url, { max: 1 });
  const env = { ...database.env, JWT_SECRET, SHUTDOWN_DELAY_SECONDS: '0' };
  const nodes = await Promise.all([startProcess(env), startProcess(env)]);
  const at = async (node: ServerProcess, name: string) =>
    new Person(node.url, name, await mint({ sub: name, name, exp: Math.floor(Date.now() / 1000) + 600 }));
  const [first, second] = nodes;
  const [ada, eve, ben] = [await at(first, 'ada'), await at(first, 'eve'), await at(second, 'ben')];
  for (const person of [ada, eve, ben]) await person.get('/api/chat/users/me/');
  const conversations = { ada: (await ben.open(ada)).id, eve: (await ben.open(eve)).id };
  return {
    first,
    second,
    ada,
    eve,
    ben,
    conversations,
    sql,
    /** The same person on the other node. */
    move: (person: Person) => new Person(second.url, person.id, person.token),
    stop: async () => {
      for (const node of nodes) node.kill('SIGTERM');
      await Promise.all(nodes.map((node) => node.exit));
      await sql.end();
      await database.drop();
    },
  };
}

/** Waits until the inbox has heard that this person is online, whatever came first. */
async function untilOnline(inbox: Inbox, userIds: readonly string[]): Promise<void> {
  const offline = new Set(userIds);
  while (offline.size > 0) {
    const { user_id, online } = await nextOf(inbox, 'presence');
    if (online) offline.delete(user_id);
  }
}

describe.concurrent('7.6 on several nodes', () => {
  test('typing and presence reach the other node; who moves when a node closes does not go, who does not, does', async () => {
    const { first, second, ada, eve, ben, conversations, move, stop } = await setUp();
    try {
      const [adas, eves, bens] = [await inboxOf(ada), await inboxOf(eve), await inboxOf(ben)];
      bens.send({ type: 'presence', conversation_ids: Object.values(conversations) });
      await untilOnline(bens, [ada.id, eve.id]);

      const id = conversations.ada;
      const typing = (on: boolean) => ({ type: 'typing', conversation_id: id, user_id: ada.id, typing: on });
      const frame = { type: 'typing', conversation_id: id, typing: true };
      adas.send(frame);
      expect(await bens.next()).toEqual(typing(true));
      adas.send({ ...frame, typing: false });
      expect(await bens.next()).toEqual(typing(false));
      // Sent through the other node than the one she types on; what comes next ends by itself, so there was no second false.
      adas.send(frame);
      expect(await bens.next()).toEqual(typing(true));
      await move(ada).send(id, 'sent elsewhere');
      expect(await bens.take(2)).toEqual([expect.objectContaining({ type: 'chat_message' }), typing(false)]);
      adas.send(frame);
      expect(await bens.take(2)).toEqual([typing(true), typing(false)]);

      const since = performance.now();
      first.kill('SIGTERM');
      expect(await adas.closed).toMatchObject({ code: 1012 });
      const moved = await inboxOf(move(ada));
      const movedInMs = performance.now() - since;
      await eves.closed;
      // Who needs longer than the grace to move may be told to be away meanwhile.
      let next = await nextOf(bens, 'presence');
      while (movedInMs > GRACE_MS && next.user_id === ada.id) next = await nextOf(bens, 'presence');
      expect(next).toEqual({
        type: 'presence',
        user_id: eve.id,
        online: false,
        last_seen: expect.any(String),
      });
      expect(await first.exit).toBe(0);
      await moved.close();
      expect(await nextOf(bens, 'presence')).toMatchObject({ user_id: ada.id, online: false });
      await bens.close();
      expect(second.output).not.toContain('"level":50');
    } finally {
      await stop();
    }
  });

  test('of a node that was killed the others say who is gone, and write when they were last seen', async () => {
    const { first, second, ada, eve, ben, conversations, sql, move, stop } = await setUp();
    try {
      const begunAt = Math.floor(Date.now() / 1000) * 1000; // it is told in whole seconds
      await Promise.all([inboxOf(ada), inboxOf(eve)]);
      const bens = await inboxOf(ben);
      bens.send({ type: 'presence', conversation_ids: Object.values(conversations) });
      await untilOnline(bens, [ada.id, eve.id]);
      first.kill('SIGKILL');
      expect(await first.exit).toBe('SIGKILL');
      const moved = await inboxOf(move(ada));
      // The node that is left is sure of it after 10 s of silence; longer, when it could not listen itself.
      const isSure = () => expect(second.output).toContain('"node_gone"');
      await vi.waitFor(isSure, { timeout: PATIENCE_MS, interval: 100 });
      const gone = await nextOf(bens, 'presence');
      expect(gone).toMatchObject({ user_id: eve.id, online: false });
      expect(Date.parse(gone.last_seen ?? '')).toBeGreaterThanOrEqual(begunAt);
      expect(Date.parse(gone.last_seen ?? '')).toBeLessThanOrEqual(Date.now());
      const [row] = await sql<{ at: Date }[]>`select last_seen_at as at from users where id = ${eve.id}`;
      expect(row?.at.toISOString()).toBe(gone.last_seen);

      // What stands there is never moved backwards, here by a clock of tomorrow.
      const tomorrow = new Date(Date.now() + 86_400_000);
      await sql`update users set last_seen_at = ${tomorrow} where id = ${ada.id}`;
      await moved.close();
      await nextOf(bens, 'presence');
      const [unmoved] = await sql<{ at: Date }[]>`select last_seen_at as at from users where id = ${ada.id}`;
      expect(unmoved?.at).toEqual(tomorrow);
      await bens.close();
    } finally {
      await stop();
    }
  });
});
