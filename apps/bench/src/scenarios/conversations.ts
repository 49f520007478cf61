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

const COUNTS = [10, 100, 1000, 10_000];
const LENGTHS = [20, 200, 2000, 20_000];
const CONNECTIONS = 8;
const FIRST_PAGE = '/api/chat/conversations/?limit=10';
const WHOLE_LIST = '/api/chat/conversations/';

/** Somebody, how many conversations they have, and how long each of those is. */
interface Person {
  readonly id: string;
  readonly count: number;
  readonly length: number;
  readonly minutesApart: number;
  readonly variant: string;
  readonly name: string;
  readonly path: string;
}

const number = (value: number) => value.toLocaleString('en');

const PEOPLE: readonly Person[] = [
  ...COUNTS.map((count) => ({
    id: `spread-${count}`,
    count,
    length: 20,
    minutesApart: 10,
    variant: 'first 10 of so many conversations, over months',
    name: number(count),
    path: FIRST_PAGE,
  })),
  ...COUNTS.map((count) => ({
    id: `dense-${count}`,
    count,
    length: 20,
    minutesApart: 0,
    variant: 'first 10 of so many conversations, of one hour',
    name: number(count),
    path: FIRST_PAGE,
  })),
  ...LENGTHS.map((length) => ({
    id: `long-${length}`,
    count: 100,
    length,
    minutesApart: 10,
    variant: 'all 100 conversations of so many messages',
    name: number(length),
    path: WHOLE_LIST,
  })),
];

/** What the list costs: a page of it by how many conversations there are, all of it by how long they are. */
export async function conversations(bench: Bench): Promise<void> {
  const contender = duet(bench.options.database);
  await withServer(bench, contender, async (server, generators) => {
    for (const person of PEOPLE) {
      bench.say(`conversations: writing ${person.name}: ${person.variant}`);
      await seedPerson(server, person);
    }
    await seederOf(server).settle();
    const stored = server.database ? await countRows(server.database) : 0;
    const turn = async ({ id, path }: Person) => {
      const request = httpRequest('GET', path, await mintToken(id));
      await generators.request(server.ports[0] ?? 0, CONNECTIONS, [request], 200);
      const measured = await measure(server, generators, bench.duration);
      await check(server, contender, await generators.drain(), stored);
      return measured;
    };
    // A server that has just started compiles as it goes; the first to be measured must not pay for that.
    for (const person of PEOPLE) await turn(person);
    const { rounds } = bench.options;
    for (let round = 1; round <= rounds; round += 1) {
      for (const person of PEOPLE) {
        bench.say(`conversations, round ${round} of ${rounds}: ${person.name}: ${person.variant}`);
        bench.results.add('conversations', person.variant, person.name, await turn(person));
      }
    }
  });
}

async function seedPerson(server: Server, { id, count, length, minutesApart }: Person): Promise<void> {
  const seeder = seederOf(server);
  const rows = Array.from(
    { length: count },
    (_, i): NewConversation => ({ id: randomUUID(), users: [id, `${id}-peer${i}`] }),
  );
  await seeder.users([id, ...rows.map(({ users }) => users[1])]);
  await seeder.conversations(rows, minutesApart);
  await seeder.histories(
    rows.map((row) => row.id),
    length,
  );
}
