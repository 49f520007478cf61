import type { Pool } from 'pg';

/** The tables as one would lay them out for this product, with an index for every query. */
export async function createSchema(pool: Pool): Promise<void> {
  await pool.query(`
    create table if not exists users (
      id text primary key,
      username text not null unique);
    create table if not exists conversations (
      id uuid primary key default gen_random_uuid(),
      user1_id text not null references users,
      user2_id text not null references users,
      user1_read_id bigint not null default 0,
      user2_read_id bigint not null default 0,
      created_at timestamptz not null default now());
    create unique index if not exists conversations_pair
      on conversations (least(user1_id, user2_id), greatest(user1_id, user2_id));
    create index if not exists conversations_user1 on conversations (user1_id);
    create index if not exists conversations_user2 on conversations (user2_id);
    create table if not exists messages (
      id bigserial primary key,
      conversation_id uuid not null references conversations,
      sender_id text not null references users,
      content text not null,
      created_at timestamptz not null default now());
    create index if not exists messages_conversation on messages (conversation_id, id);`);
}
