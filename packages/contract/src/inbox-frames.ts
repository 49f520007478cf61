import { z } from 'zod';
import { conversation, user } from './entities.ts';
import {
  conversationId,
  listCursor,
  messageContent,
  messageId,
  seq,
  syncCursor,
  timestamp,
} from './fields.ts';
import { chatMessageFrame, errorFrame } from './frames.ts';

// The frames of `duet.v1` (PROTOCOL 7): one socket for all of a user's conversations.

/** The path of the inbox socket (PROTOCOL 7.1). */
export const INBOX_SOCKET_PATH = '/ws/chat/';

/** Its subprotocol. */
export const INBOX_SUBPROTOCOL = 'duet.v1';

/** What a subprotocol entry that is a token begins with. */
export const BEARER_SUBPROTOCOL_PREFIX = 'bearer.';

/** The most conversations a `sync` names as changed, or as a snapshot (PROTOCOL 7.4). */
export const SYNC_MAX_CONVERSATIONS = 1000;

const conversationRef = z.object({ conversation_id: conversationId });
const perUser = z.tuple([z.int().min(0), z.int().min(0)]);

export const conversationState = z
  .object({
    last_seq: seq,
    read_seqs: perUser.meta({ description: 'How far `user1` and `user2` have read.' }),
    unread_counts: perUser.meta({ description: 'How many messages `user1` and `user2` have not read.' }),
  })
  .meta({
    id: 'ConversationState',
    description:
      'How far a conversation goes and each side has read; of two states the one with the greater sum of `last_seq` and `read_seqs` is later.',
  });
export type ConversationState = z.infer<typeof conversationState>;

/** Client -> server, by `type` (PROTOCOL 7.5). */
export const clientFrames = {
  auth: z
    .object({ type: z.literal('auth'), token: z.string().min(1).max(16_384) })
    .meta({ id: 'AuthenticateFrame', description: 'My token, at first or afresh.' }),
  sync: z
    .object({
      type: z.literal('sync'),
      cursor: syncCursor.optional(),
      limit: z.int().min(1).max(SYNC_MAX_CONVERSATIONS).default(100).meta({
        description: 'The most conversations of a fresh snapshot.',
      }),
    })
    .meta({ id: 'SyncFrame', description: 'What changed since the cursor?' }),
  chat_message: conversationRef
    .extend({ type: z.literal('chat_message'), message: messageContent, message_id: messageId })
    .meta({ id: 'SendMessageFrame', description: 'Send a message, once however often it is tried.' }),
  read: conversationRef
    .extend({ type: z.literal('read'), seq })
    .meta({ id: 'MarkReadFrame', description: 'I have read everything up to a seq.' }),
  typing: conversationRef
    .extend({ type: z.literal('typing'), typing: z.boolean() })
    .meta({ id: 'SetTypingFrame', description: 'I am typing, or no more.' }),
  presence: z
    .object({ type: z.literal('presence'), conversation_ids: z.array(conversationId).max(100) })
    .meta({ id: 'WatchPresenceFrame', description: 'Tell me of the other sides of these conversations.' }),
  ping: z
    .object({ type: z.literal('ping'), cursor: syncCursor.optional() })
    .meta({ id: 'PingFrame', description: 'Are you there, and what should I have by now?' }),
};

export const clientFrame = z.discriminatedUnion('type', [
  clientFrames.auth,
  clientFrames.sync,
  clientFrames.chat_message,
  clientFrames.read,
  clientFrames.typing,
  clientFrames.presence,
  clientFrames.ping,
]);
/** A frame of a client, parsed. */
export type ClientFrame = z.output<typeof clientFrame>;

const expiresIn = z.int().min(0).meta({ description: 'Seconds until the token expires.' });

/** Server -> client, by `type` (PROTOCOL 7.6). */
export const inboxFrames = {
  ready: z
    .object({
      type: z.literal('ready'),
      user,
      expires_in: expiresIn,
      heartbeat_seconds: z.int().min(1).meta({ description: 'How often to ping.' }),
    })
    .meta({ id: 'ReadyFrame', description: 'The token holds: this is who you are.' }),
  auth: z
    .object({ type: z.literal('auth'), expires_in: expiresIn })
    .meta({ id: 'TokenExpiringFrame', description: 'The token expires soon: send a fresh one.' }),
  conversation: z
    .object({ type: z.literal('conversation'), conversation })
    .meta({ id: 'ConversationFrame', description: 'A conversation that changed, or was opened.' }),
  synced: z
    .object({
      type: z.literal('synced'),
      cursor: syncCursor,
      reset: z
        .boolean()
        .meta({ description: 'What was named is a fresh snapshot: drop everything else you hold.' }),
      next: listCursor
        .nullable()
        .meta({ description: 'For listConversations: what follows after a snapshot.' }),
    })
    .meta({ id: 'SyncedFrame', description: 'The end of a sync.' }),
  chat_message: chatMessageFrame
    .extend({ sender_display_name: z.string(), state: conversationState })
    .meta({ id: 'MessageFrame', description: 'A message, after its commit.' }),
  read: conversationRef
    .extend({ type: z.literal('read'), user_id: z.string(), seq, state: conversationState })
    .meta({ id: 'ReadFrame', description: 'Somebody has read everything up to a seq.' }),
  typing: conversationRef
    .extend({ type: z.literal('typing'), user_id: z.string(), typing: z.boolean() })
    .meta({ id: 'TypingFrame', description: 'The other side is typing, or no more.' }),
  presence: z
    .object({
      type: z.literal('presence'),
      user_id: z.string(),
      online: z.boolean(),
      last_seen: timestamp.nullable().meta({ description: 'When the last device went away.' }),
    })
    .meta({ id: 'PresenceFrame', description: 'Whether somebody is online, on any device.' }),
  pong: z
    .object({
      type: z.literal('pong'),
      cursor: syncCursor.nullable(),
      heads: z
        .array(z.object({ conversation_id: conversationId, state: conversationState }))
        .max(100)
        .nullable()
        .meta({ description: 'What changed since the cursor of the ping; null: sync.' }),
    })
    .meta({ id: 'PongFrame', description: 'The server is there, and this is what you should have by now.' }),
  error: errorFrame
    .extend({
      frame: z.string().optional().meta({ description: 'The type of the frame at fault.' }),
      conversation_id: z.string().optional(),
    })
    .meta({ id: 'InboxErrorFrame', description: 'What was wrong with a frame of this socket.' }),
};

export const inboxFrame = z.discriminatedUnion('type', [
  inboxFrames.ready,
  inboxFrames.auth,
  inboxFrames.conversation,
  inboxFrames.synced,
  inboxFrames.chat_message,
  inboxFrames.read,
  inboxFrames.typing,
  inboxFrames.presence,
  inboxFrames.pong,
  inboxFrames.error,
]);
/** A frame of the server. */
export type InboxFrame = z.output<typeof inboxFrame>;
