import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { PairPlan } from '../load/pair.ts';
import { each } from './each.ts';
import type { Server } from './server.ts';
import { mintToken } from './tokens.ts';

/** Two new people for each conversation, who have opened it through REST; a relay takes anybody anywhere. */
export async function makePairs(server: Server, count: number): Promise<PairPlan[]> {
  const port = (i: number) => server.ports[i % server.ports.length] ?? 0;
  return each(Array.from({ length: count }), async (_, i) => {
    const [a, b] = [`a${i}`, `b${i}`];
    const tokens = await Promise.all([a, b].map(mintToken));
    const [tokenA = '', tokenB = ''] = tokens;
    // The sides of a conversation are on different nodes where there are some.
    const users: PairPlan['users'] = [
      { id: a, token: tokenA, port: port(i) },
      { id: b, token: tokenB, port: port(i + 1) },
    ];
    if (server.schema === 'relay') return { conversationId: randomUUID(), users };
    for (const token of tokens) await call(server, token, 'GET', '/api/chat/users/me/');
    return { conversationId: await openConversation(server, tokenA, b), users };
  });
}

const opened = z.object({ id: z.string() });

export async function openConversation(server: Server, token: string, targetId: string): Promise<string> {
  const body = { target_user_id: targetId };
  return opened.parse(await call(server, token, 'POST', '/api/chat/conversations/', body)).id;
}

/** One call of a server's REST. @throws unless it succeeds */
export async function call(
  server: Server,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${server.ports[0]}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
