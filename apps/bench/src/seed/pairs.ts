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
  return each(rows, async ({ id, users: [a, b] }, i) => ({
    conversationId: id,
    users: [
      { id: a, token: await mintToken(a), port, address: addressOf(i) },
      { id: b, token: await mintToken(b), port, address: addressOf(i) },
    ],
  }));
}

/** One of this machine's many addresses: a server takes only so much from a single one. */
function addressOf(index: number): string {
  return `127.1.${(index >> 8) & 255}.${index & 255}`;
}
