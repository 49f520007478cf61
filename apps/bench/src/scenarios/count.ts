import { z } from 'zod';
import type { PairPlan } from '../load/pair.ts';
import { each } from '../servers/each.ts';
import { call } from '../servers/people.ts';
import type { Server } from '../servers/server.ts';

const page = z.object({ next: z.string().nullable(), results: z.array(z.object({ seq: z.int() })) });

/** Reads every history to its end, where nobody else can look into the database. @throws unless it holds so many, without a hole */
export async function countThroughRest(
  server: Server,
  pairs: readonly PairPlan[],
  expected: number,
): Promise<void> {
  const counts = await each(pairs, async ({ conversationId, users: [{ token }] }) => {
    let count = 0;
    for (let more = true; more; ) {
      const path = `/api/chat/conversations/${conversationId}/messages/?limit=100&order=asc&after=${count}`;
      const { next, results } = page.parse(await call(server, token, 'GET', path));
      for (const { seq } of results) {
        count += 1;
        if (seq !== count) throw new Error(`a history has ${seq} where ${count} should be`);
      }
      more = next !== null;
    }
    return count;
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== expected) throw new Error(`${total} messages are stored in place of ${expected}`);
}
