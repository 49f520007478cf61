import type { Sql } from 'postgres';
import { type Seeder, TEXT, UNREAD } from './seeder.ts';

export function duetSeeder(sql: Sql): Omit<Seeder, 'settle'> {
  return {
    users: async (ids) => {
      await sql`
        insert into users (id, username, username_key, created_at)
        select id, id, id, now() from unnest(${[...ids]}::text[]) id on conflict do nothing`;
    },
    conversations: async (rows, minutesApart = 0) => {
      const ids = rows.map(({ id }) => id);
      const [first, second] = [rows.map(({ users }) => users[0]), rows.map(({ users }) => users[1])];
      await sql`
        insert into conversations (id, user1_id, user2_id, created_at, activity_at, activity_hour)
        select id, a, b, at, at, date_trunc('hour', at at time zone 'UTC')
        from unnest(${ids}::uuid[], ${first}::text[], ${second}::text[]) with ordinality t (id, a, b, n),
             lateral (select now() - (n - 1) * ${minutesApart}::float8 * interval '1 min' as at) active`;
    },
    histories: async (ids, length) => {
      // Ids that grow, as those of version 7 do.
      await sql`
        insert into messages (conversation_id, seq, message_id, sender_id, content, timestamp)
        select c.id, n, ('01930000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
               case n % 2 when 0 then c.user1_id else c.user2_id end, ${TEXT} || n, c.created_at
        from generate_series(1, ${length}::int) n, conversations c where c.id = any (${[...ids]}::uuid[])`;
      const read = length - 2 * UNREAD;
      await sql`
        update conversations set last_seq = ${length}, user1_read_seq = ${read}, user2_read_seq = ${read},
               user1_unread = ${UNREAD}, user2_unread = ${UNREAD}
        where id = any (${[...ids]}::uuid[])`;
    },
    positions: async (_id, offsets) => offsets.map((offset) => String(offset + 1)),
  };
}
