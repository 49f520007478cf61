import { type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

// The primary and unique keys of the chat tables begin with the conversation, no foreign key crosses it and `seq` comes from
// its row: so these two tables can be spread over many machines by conversation as they are.

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
/** Sorted by its bytes, whatever the database's locale, so that one index serves equality, order and search by prefix. */
const byteOrderedText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });
const instant = () => timestamp({ precision: 3, withTimezone: true, mode: 'date' });

/** The number of the transaction under way, 64 bits wide: it never comes again. */
export const CURRENT_XID = sql`pg_current_xact_id()::text::bigint`;

/** An era is this many bits of transaction numbers: 65,536 transactions. */
export const ERA_BITS = 16;

/** The era of a transaction's number. */
export function eraOf(xid: SQL): SQL {
  return sql`(${xid} >> ${sql.raw(String(ERA_BITS))})`;
}

/** The hour of an instant. */
export function hourOf(instant: SQL): SQL {
  return sql`date_trunc('hour', ${instant} at time zone 'UTC')`;
}

/** A conversation, and in the same row both sides' state: a send is one row updated and one inserted. */
export const conversations = pgTable(
  'conversations',
  {
    id: uuid().primaryKey(),
    user1Id: text().notNull(),
    user2Id: text().notNull(),
    createdAt: instant().notNull(),
    /** The last message's timestamp, or `createdAt`. */
    activityAt: instant().notNull(),
    lastSeq: integer().notNull().default(0),
    user1ReadSeq: integer().notNull().default(0),
    user2ReadSeq: integer().notNull().default(0),
    user1Unread: integer().notNull().default(0),
    user2Unread: integer().notNull().default(0),
    /** The transaction that changed the row last: see `domain/conversations/changes.ts`. */
    changedXid: bigint({ mode: 'bigint' }).notNull().default(CURRENT_XID),
    // What changes with every message must not be in an index: then PostgreSQL updates the row in place, and no index (a HOT update). So
    // the indexes know activity and change only roughly, and a query sorts and picks among the few rows of the same hour or era. Whoever
    // writes `activity_at` or `changed_xid` writes these: PostgreSQL would prepare what generates a column anew for each statement, at 10 µs.
    activityHour: timestamp().notNull().default(hourOf(sql`now()`)),
    changedEra: bigint({ mode: 'bigint' }).notNull().default(eraOf(CURRENT_XID)),
  },
  // `changed_era` is not for order, but to pick what changed out of one's own conversations without reading all the rows.
  (t) => [
    index('conversations_by_user1').on(t.user1Id, t.activityHour, t.changedEra),
    index('conversations_by_user2').on(t.user2Id, t.activityHour, t.changedEra),
  ],
);

export const messages = pgTable(
  'messages',
  {
    conversationId: uuid().notNull(),
    seq: integer().notNull(),
    messageId: uuid().notNull(),
    senderId: text().notNull(),
    content: text().notNull(),
    timestamp: instant().notNull(),
  },
  (t) => [
    primaryKey({ name: 'messages_pkey', columns: [t.conversationId, t.seq] }),
    uniqueIndex('messages_by_message_id').on(t.conversationId, t.messageId),
  ],
);

export const users = pgTable(
  'users',
  {
    id: text().primaryKey(),
    username: text().notNull(),
    /** The username as it is compared: see `domain/users/username-key.ts`. */
    usernameKey: byteOrderedText().notNull(),
    /** The name to show, where it is another than the username. */
    displayName: text(),
    /** From when the names are: those of older tokens change nothing. Null: nobody said. */
    namedAt: instant(),
    createdAt: instant().notNull(),
    /** When the last of the user's devices went away; null while none ever did. */
    lastSeenAt: instant(),
    /** When all access was ended, if it ever was: tokens that were issued before are refused. */
    tokensValidFrom: instant(),
  },
  (t) => [uniqueIndex('users_by_username_key').on(t.usernameKey)],
);

/** Local accounts: users who sign in here, with a password. */
export const accounts = pgTable('accounts', {
  userId: text().primaryKey(),
  passwordHash: text().notNull(),
});

/** A family of refresh tokens: one row, holding the hash of the only one that still works, and for a moment that of the one before. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: text().notNull(),
    tokenHash: bytea().notNull(),
    previousHash: bytea(),
    /** When the one before was used first. */
    usedAt: instant(),
    expiresAt: instant().notNull(),
  },
  (t) => [index('sessions_by_user').on(t.userId)],
);

/** Keys made by the first migration, the same for every node: `conversation_id`. */
export const secrets = pgTable('secrets', {
  name: text().primaryKey(),
  value: bytea().notNull(),
});

/**
 * What the nodes count together, in the columns and in the order that rate-limiter-flexible wants. The table is unlogged, which its migration says and this
 * cannot: nothing is written twice for it, and after a crash of the database counting begins anew.
 */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: text().primaryKey(),
    points: integer().notNull(),
    /** Milliseconds since 1970. */
    expire: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [index('rate_limits_by_expire').on(t.expire)],
);
