import type { Sql } from 'postgres';
import { type Seeder, TEXT, UNREAD } from './seeder.ts';

export function expressSeeder(sql: Sql): Omit<Seeder, 'settle'> {
  return {
    users: async (ids) => {
      await sql`
        insert into users (id, username)
        select id, id from unnest(${[...ids]}::text[]) id on conflict do nothing`;
    },
    conversations: async (rows, minutesApart = 0) => {
      const ids = rows.map(({ id }) => id);
      const [first, second] = [rows.map(({ users }) => users[0]), rows.map(({ users }) => users[1])];
      await sql`
        insert into conversations (id, user1_id, user2_id, created_at)
        select id, a, b, now() - (n - 1) * ${minutesApart}::float8 * interval '1 min'
        from unnest(${ids}::uuid[], ${first}::text[], ${second}::text[]) with ordinality t (id, a, b, n)`;
    },
    histories: async (ids, length) => {
      await sql`
        insert into messages (conversation_id, sender_id, content)
        select c.id, case n % 2 when 0 then c.user1_id else c.user2_id end, ${TEXT} || n
        from generate_series(1, ${length}::int) n, conversations c where c.id = any (${[...ids]}::uuid[])`;
      await sql`
        update conversations c set user1_read_id = last_read.id, user2_read_id = last_read.id
        from unnest(${[...ids]}::uuid[]) t (id), lateral (
          select m.id from messages m where m.conversation_id = t.id
          order by m.id desc offset ${2 * UNREAD} limit 1) last_read
        where c.id = t.id`;
    },
    positions: async (id, offsets) => {
      const rows = await sql<{ id: string }[]>`
        select m.id from unnest(${[...offsets]}::int[]) t (skip), lateral (
          select m.id from messages m where m.conversation_id = ${id} order by m.id offset t.skip limit 1) m`;
      return rows.map((row) => row.id);
    },
  };
}
