import { randomUUID } from 'node:crypto';
import { httpRequest } from '../load/requests.ts';
import { measure } from '../measure/measure.ts';
import type { NewConversation } from '../seed/seeder.ts';
import { seederOf } from '../seed/seeder-of.ts';
import { countRows } from '../servers/database.ts';
import type { Server } from '../servers/server.ts';
import { duet } from '../servers/start.ts';
import { mintToken } from '../servers/tokens.ts';
import type { Bench } from './scenario.ts';
import { check, withServer } from './turn.ts';

/** People by how many conversations they have, and how long each of those is. */
const BY_COUNT = [10, 100, 1000, 10_000].map((count) => ({ count, length: 20 }));
const BY_LENGTH = [20, 200, 2000, 20_000].map((length) => ({ count: 100, length }));
const CONNECTIONS = 8;

/** What the list costs: a page of it by how many conversations there are, all of it by how long they are. */
export async function conversations(bench: Bench): Promise<void> {
  const contender = duet(bench.options.database);
  await withServer(bench, contender, async (server, generators) => {
    const people = [
      ...(await seedPeople(bench, server, BY_COUNT, 'many')).map((person) => ({
        ...person,
        variant: 'first 10 of so many conversations',
        name: person.count.toLocaleString('en'),
        path: '/api/chat/conversations/?limit=10',
      })),
      ...(await seedPeople(bench, server, BY_LENGTH, 'long')).map((person) => ({
        ...person,
        variant: 'all 100 conversations of so many messages',
        name: person.length.toLocaleString('en'),
        path: '/api/chat/conversations/',
      })),
    ];
    await seederOf(server).settle();
    const stored = server.database ? await countRows(server.database) : 0;
    const turn = async ({ path, token }: { path: string; token: string }) => {
      await generators.request(server.ports[0] ?? 0, CONNECTIONS, [httpRequest('GET', path, token)], 200);
      const measured = await measure(server, generators, bench.duration);
      await check(server, contender, await generators.drain(), stored);
      return measured;
    };
    // A server that has just started compiles as it goes; the first to be measured must not pay for that.
    for (const person of people) await turn(person);
    const { rounds } = bench.options;
    for (let round = 1; round <= rounds; round += 1) {
      for (const person of people) {
        bench.say(`conversations, round ${round} of ${rounds}: ${person.variant}: ${person.name}`);
        bench.results.add('conversations', person.variant, person.name, await turn(person));
      }
    }
  });
}

async function seedPeople(
  bench: Bench,
  server: Server,
  sizes: readonly { count: number; length: number }[],
  prefix: string,
) {
  const seeder = seederOf(server);
  const people: { count: number; length: number; token: string }[] = [];
  for (const { count, length } of sizes) {
    bench.say(`conversations: writing ${count} of ${length} messages`);
    const id = `${prefix}-${count}-${length}`;
    const rows = Array.from(
      { length: count },
      (_, i): NewConversation => ({ id: randomUUID(), users: [id, `${id}-peer${i}`] }),
    );
    await seeder.users([id, ...rows.map(({ users }) => users[1])]);
    await seeder.conversations(rows);
    await seeder.histories(
      rows.map((row) => row.id),
      length,
    );
    people.push({ count, length, token: await mintToken(id) });
  }
  return people;
}
