import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { secrets } from '../../db/schema.ts';
import { StartupError } from '../../startup-error.ts';

/** Another length is another key: people would not find the conversations that they have. */
const KEY_BYTES = 32;

/** The key that the first migration made; the same for every node of a database. */
export async function loadConversationKey(db: Database): Promise<KeyObject> {
  const [row] = await db
    .select({ value: secrets.value })
    .from(secrets)
    .where(eq(secrets.name, 'conversation_id'));
  if (row?.value.length !== KEY_BYTES)
    throw new StartupError('DATABASE_URL: the key of the conversation ids is not there, or broken');
  return createSecretKey(row.value);
}

/**
 * The id of the conversation of two users, whichever is named first (PROTOCOL 1.1).
 *
 * HMAC-SHA-256 of the sorted pair, shaped as a UUIDv8 (RFC 9562, 5.8): a pair is unique by primary key alone, and nobody without the
 * key can compute the id and probe whether two people talk.
 */
export function conversationIdOf(key: KeyObject, a: string, b: string): string {
  const pair = JSON.stringify(a < b ? [a, b] : [b, a]);
  const bytes = createHmac('sha256', key).update(pair).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a string can be a conversation id at all; PostgreSQL answers anything else with an error. */
export function isConversationId(value: string): boolean {
  return UUID.test(value);
}
