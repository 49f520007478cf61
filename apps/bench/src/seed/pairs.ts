import { randomUUID } from 'node:crypto';
import type { PairPlan } from '../load/pair.ts';
import { each } from '../servers/each.ts';
import type { Server } from '../servers/server.ts';
import { mintToken } from '../servers/tokens.ts';
import type { NewConversation } from './seeder.ts';
import { seederOf } from './seeder-of.ts';

/** Two new people for each conversation. */
export async function seedPairs(server: Server, count: number, prefix = ''): Promise<PairPlan[]> {
  const rows = Array.from(
    { length: count },
    (_, i): NewConversation => ({ id: randomUUID(), users: [`${prefix}a${i}`, `${prefix}b${i}`] }),
  );
  const seeder = seederOf(server);
  await seeder.users(rows.flatMap(({ users }) => users));
  await seeder.conversations(rows);
  const [port = 0] = server.ports;
  return each(rows, async ({ id, users: [a, b] }) => ({
    conversationId: id,
    users: [
      { id: a, token: await mintToken(a), port },
      { id: b, token: await mintToken(b), port },
    ],
  }));
}
