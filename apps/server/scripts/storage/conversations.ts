import { randomInt, randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import type { Store } from '../../src/domain/messages/store.ts';

/** A conversation that messages can be sent in. */
export interface Target {
  readonly id: string;
  readonly users: readonly [string, string];
}

/** People with ids of 36 characters, and that many conversations between them. */
export async function makeConversations(sql: postgres.Sql, count: number): Promise<Target[]> {
  await sql`
    insert into users (id, username, username_key, created_at)
    select gen_random_uuid(), 'user' || n, 'user' || n, now() from generate_series(0, ${count}::int / 10) n`;
  const rows = await sql<{ id: string; user1Id: string; user2Id: string }[]>`
    with people as (select id, row_number() over () as n, count(*) over () as total from users)
    insert into conversations (id, user1_id, user2_id, created_at, activity_at)
    select gen_random_uuid(), a.id, b.id, now(), now()
    from generate_series(1, ${count}::int) c
    join people a on a.n = 1 + c % a.total
    join people b on b.n = 1 + (c + 1 + c / b.total) % b.total
    returning id, user1_id as "user1Id", user2_id as "user2Id"`;
  await sql`vacuum analyze users, conversations`;
  return rows.map(({ id, user1Id, user2Id }) => ({ id, users: [user1Id, user2Id] }));
}

/** Sends a message in each of the given conversations, in one statement and one transaction. */
export async function send(store: Store, targets: readonly Target[], messageId = randomUUID7): Promise<void> {
  const batch = targets.map(({ id, users }) => ({
    conversationId: id,
    senderId: users[randomInt(2)] ?? users[0],
    messageId: messageId(),
    content: text(),
  }));
  await store(batch, new Date());
}

/** Sends that many messages in batches, each in a conversation picked at random, as the sends of many people come. */
export async function fill(
  store: Store,
  targets: readonly Target[],
  rows: number,
  messageId = randomUUID7,
): Promise<void> {
  for (let left = rows; left > 0; left -= BATCH)
    await send(store, pickMany(targets, Math.min(BATCH, left)), messageId);
}

/** About as many sends as the server writes in one statement under load. */
export const BATCH = 50;

export function pickMany<T>(from: readonly T[], count: number): T[] {
  return Array.from({ length: count }, () => pick(from));
}

function pick<T>(from: readonly T[]): T {
  const one = from[randomInt(from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

/** RFC 9562, 5.7: the time in milliseconds, then random bits. */
export function randomUUID7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

const WORDS =
  'are you still there I think we should meet tomorrow at the station around eight fine with me'.split(' ');

/** 60 to 80 characters. */
function text(): string {
  const length = randomInt(60, 81);
  let words = '';
  while (words.length < length) words += `${pick(WORDS)} `;
  return `${words.slice(0, length - 1)}.`;
}
