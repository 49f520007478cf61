import { createPostgres } from '@duet/testing/database';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import journal from '../../src/db/migrations/meta/_journal.json' with { type: 'json' };
import { type ServerProcess, startProcess } from '../harness/process.ts';
import { JWT_SECRET, mint, Person } from '../harness/server.ts';

test('three nodes that start together on an empty database migrate it once and share it', async () => {
  const database = await createPostgres();
  const sql = postgres(database.url, { max: 1 });
  const env = { ...database.env, JWT_SECRET };
  let nodes: ServerProcess[] = [];
  try {
    nodes = await Promise.all([startProcess(env), startProcess(env), startProcess(env)]);
    const [{ count } = { count: 0 }] = await sql<
      { count: number }[]
    >`select count(*)::int from duet_migrations`;
    expect(count).toBe(journal.entries.length);
    const [secret] = await sql<{ count: number }[]>`select count(*)::int from secrets`;
    expect(secret?.count).toBe(1);

    // One message_id at all nodes at once is one message; the three agree on id and order.
    const [a, b] = [await mint({ sub: 'a', name: 'a' }), await mint({ sub: 'b', name: 'b' })];
    const seats = nodes.map(({ url }) => new Person(url, 'a', a));
    await Promise.all(nodes.map(({ url }) => new Person(url, 'b', b).get('/api/chat/users/me/')));
    const opened = await Promise.all(seats.map((seat) => seat.open(new Person('', 'b', b))));
    const id = opened[0]?.id ?? '';
    expect(new Set(opened.map((conversation) => conversation.id))).toEqual(new Set([id]));
    const message_id = crypto.randomUUID();
    const sent = await Promise.all(
      Array.from({ length: 30 }, (_, i) => seats[i % 3]?.send(id, 'once', message_id)),
    );
    expect(new Set(sent.map((message) => message?.seq))).toEqual(new Set([1]));
    await Promise.all(Array.from({ length: 60 }, (_, i) => seats[i % 3]?.send(id, `${i}`)));
    expect(await seats[0]?.conversation(id)).toMatchObject({ last_seq: 61 });
  } finally {
    for (const node of nodes) node.kill('SIGTERM');
    await Promise.all(nodes.map((node) => node.exit));
    await sql.end();
    await database.drop();
  }
});
