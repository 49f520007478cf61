import { randomUUID } from 'node:crypto';
import { createPostgres } from '@duet/testing/database';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JWT_SECRET, startServerOn, type TestServer } from '../harness/server.ts';

// The indexes know a conversation's hour and era in columns of their own, which whoever writes the exact ones has to write.

let database: Awaited<ReturnType<typeof createPostgres>>;
let server: TestServer;
let sql: postgres.Sql;
beforeAll(async () => {
  database = await createPostgres();
  server = await startServerOn({ ...database.env, JWT_SECRET });
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
  await database.drop();
});

test('whatever changes a conversation keeps its hour and its era true', async () => {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  const { id } = await ada.open(ben);
  const messageId = randomUUID();
  const look = async () => {
    const [row] = await sql<{ hour: boolean; era: boolean; isNew: boolean }[]>`
      select activity_hour = date_trunc('hour', activity_at at time zone 'UTC') as hour, changed_era = changed_xid >> 16 as era,
             changed_xid > 0 as "isNew"
      from conversations where id = ${id}`;
    return row;
  };
  expect(await look()).toEqual({ hour: true, era: true, isNew: true });
  // Its last change is long ago.
  const age = () => sql`
    update conversations set activity_at = '2020-01-01T00:30:00Z', activity_hour = '2020-01-01T00:00:00',
           changed_xid = -1, changed_era = -1 where id = ${id}`;
  const verbs: Record<string, () => Promise<unknown>> = {
    one: () => ada.send(id, 'one', messageId),
    many: () => Promise.all(['two', 'three', 'four', 'five'].map((content) => ben.send(id, content))),
    // The first is known, so the batch goes through the statement that looks.
    any: () => Promise.all([ada.send(id, 'one', messageId), ada.send(id, 'six'), ben.send(id, 'seven')]),
    read: () => ada.post(`/api/chat/conversations/${id}/read/`, { seq: 5 }),
  };
  for (const [name, change] of Object.entries(verbs)) {
    await age();
    await change();
    expect([name, await look()]).toEqual([name, { hour: true, era: true, isNew: true }]);
  }
});
