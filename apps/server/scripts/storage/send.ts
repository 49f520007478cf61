import { randomInt, randomUUID } from 'node:crypto';
import type postgres from 'postgres';

/** As many sends as the server writes in one statement under load. */
export const BATCH = 50;

/** A conversation that messages can be sent in. */
export interface Target {
  readonly id: string;
  readonly users: readonly [string, string];
}

/** One statement for many sends, in the shape of `domain/messages/send.ts`: lock, drop what is there already, count, raise, insert. */
const SEND = `
  with wanted as (
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality
      as w (conversation_id, message_id, sender_id, content, place)
  ), locked as (
    select id from conversations where id = any ($1::uuid[]) order by id for update
  ), fresh as (
    select w.*, row_number() over (partition by w.conversation_id order by w.place) as nth
    from wanted w join locked on locked.id = w.conversation_id
    where not exists (
      select from messages m where m.conversation_id = w.conversation_id and m.message_id = w.message_id)
  ), raised as (
    update conversations c
    set last_seq = c.last_seq + f.sent, activity_at = greatest(c.activity_at, clock_timestamp()),
      user1_unread = c.user1_unread + f.sent - f.by_user1, user2_unread = c.user2_unread + f.by_user1,
      changed_xid = pg_current_xact_id()::text::bigint
    from (
      select fresh.conversation_id, count(*)::int as sent,
        count(*) filter (where fresh.sender_id = o.user1_id)::int as by_user1
      from fresh join conversations o on o.id = fresh.conversation_id group by fresh.conversation_id
    ) f
    where c.id = f.conversation_id
    returning c.id, c.last_seq - f.sent as base, c.activity_at
  )
  insert into messages (conversation_id, seq, message_id, sender_id, content, "timestamp")
  select f.conversation_id, r.base + f.nth, f.message_id, f.sender_id, f.content, r.activity_at
  from fresh f join raised r on r.id = f.conversation_id`;

/** Sends one message in each of the given conversations, in one statement and one transaction. */
export async function send(
  sql: postgres.Sql,
  targets: readonly Target[],
  messageId = randomUUID7,
): Promise<void> {
  await sql.unsafe(
    SEND,
    [
      targets.map(({ id }) => id),
      targets.map(() => messageId()),
      targets.map(({ users }) => users[randomInt(2)] ?? ''),
      targets.map(text),
    ],
    { prepare: true },
  );
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

/** Sends that many messages in batches, each in a conversation picked at random, as the sends of many people come. */
export async function fill(
  sql: postgres.Sql,
  targets: readonly Target[],
  rows: number,
  messageId = randomUUID7,
): Promise<void> {
  let left = rows;
  const worker = async () => {
    while (left > 0) {
      const size = Math.min(BATCH, left);
      left -= size;
      await send(
        sql,
        Array.from({ length: size }, () => pick(targets)),
        messageId,
      );
    }
  };
  await Promise.all([worker(), worker()]);
}

export function pick<T>(from: readonly T[]): T {
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
  return words.slice(0, length - 1).concat('.');
}
