import { z } from 'zod';

/** The longest message a server may accept, in UTF-16 code units (PROTOCOL 1.3). */
export const MESSAGE_MAX_LENGTH = 10_000;

/** The largest request body and socket frame in bytes: 10,000 code units fit, however they are escaped. */
export const PAYLOAD_MAX_BYTES = 65_536;

/** A string of at most `max` UTF-16 code units. Zod's and JSON Schema's `max` count code points, which is the looser measure. */
const upTo = (max: number) => {
  const error = `must not be longer than ${max} characters`;
  return z
    .string()
    .max(max, { error, abort: true })
    .refine((value) => value.length <= max, error);
};

/** What every JSON parser and PostgreSQL can hold: no NUL, no lone surrogate. */
const storable = (max: number) =>
  upTo(max).refine(
    (value) => value.isWellFormed() && !value.includes('\0'),
    'must not contain NUL characters or lone surrogates',
  );

/** Text that somebody can read (PROTOCOL 1.3). */
const text = (max: number) =>
  storable(max)
    .min(1, { error: 'must not be empty', abort: true })
    .refine((value) => value.trim() !== '', 'must not be blank');

export const messageContent = text(MESSAGE_MAX_LENGTH).meta({
  description: 'The text, kept exactly as sent.',
});

export const username = text(64)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being refused
  .refine((value) => !/[\u0000-\u001f\u007f-\u009f]/.test(value), 'must not contain control characters')
  .refine((value) => value === value.trim(), 'must not begin or end with white space')
  .meta({ description: 'Unique whatever its case.', example: 'ada' });

export const displayName = text(128)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being refused
  .refine((value) => !/[\u0000-\u001f\u007f-\u009f]/.test(value), 'must not contain control characters')
  .meta({ description: 'The name to show; it need not be unique.', example: 'Ada Lovelace' });

export const password = text(256).min(8, 'must have at least 8 characters').meta({ format: 'password' });

/** A username, or the beginning of one, to look up: anything that could be in the database. */
export const usernameQuery = storable(64);

export const userId = text(255).meta({ description: 'The `sub` of the user’s tokens.' });

/** Products number their users, and send the number: it stands for its digits. */
export const userIdOrNumber = z.union([userId, z.int().transform(String)]);

/** The most users that are named in one request. */
export const USERS_MAX = 100;

/** Left open on purpose: a malformed id is an unknown conversation, 404 and not 400 (PROTOCOL 3.1). */
export const conversationId = z.string().meta({
  description: 'A UUID, derived from the two participants.',
  example: '0d1f6a52-7c3b-8e4d-9a5f-1b2c3d4e5f60',
});

export const messageId = z.guid('must be a UUID').toLowerCase().meta({
  description:
    'A UUID chosen by the sender (version 7 advised). Sending it again gives the same message back.',
});

/** The last place in a conversation. */
export const MAX_SEQ = 2_147_483_647;
export const seq = z
  .int()
  .min(0)
  .max(MAX_SEQ)
  .meta({ description: 'Position in the conversation: 1, 2, 3 … without holes.' });

export const timestamp = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'UTC, milliseconds.', example: '2026-11-22T10:15:30.123Z' });

/** From a `Link` header or a `synced` frame; opaque. */
export const listCursor = z.string().max(256);

/** From a `synced` or `pong` frame; opaque (PROTOCOL 7.4). */
export const syncCursor = z.string().max(256).meta({ description: 'From the last `synced` or `pong`.' });
