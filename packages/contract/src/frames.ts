import { z } from 'zod';
import { errorCode, retryAfter } from './errors.ts';
import { conversationId, messageContent, messageId, seq, timestamp } from './fields.ts';

/** The path of a conversation's socket (PROTOCOL 4.1). */
export const CONVERSATION_SOCKET_PATH = '/ws/chat/{conversation_id}/';

/** Client -> server: send a message (PROTOCOL 4.2). */
export const sendFrame = z
  .object({
    type: z.literal('chat_message').optional(),
    message: messageContent,
    message_id: messageId.optional(),
  })
  .meta({ id: 'SendFrame', description: 'Send a message to the conversation.' });
export type SendFrame = z.infer<typeof sendFrame>;

/** Server -> client: a message was committed (PROTOCOL 4.3). */
export const chatMessageFrame = z
  .object({
    type: z.literal('chat_message'),
    message: z.string(),
    sender_id: z.string(),
    sender_username: z.string(),
    timestamp,
    message_id: z.string(),
    conversation_id: conversationId,
    seq,
  })
  .meta({ id: 'ChatMessageFrame', description: 'A message of the conversation, after its commit.' });
export type ChatMessageFrame = z.infer<typeof chatMessageFrame>;

/** Server -> client: what was wrong with a frame; the socket stays open (PROTOCOL 4.3). */
export const errorFrame = z
  .object({
    type: z.literal('error'),
    code: errorCode,
    detail: z.string(),
    message_id: z.string().optional(),
    retry_after: retryAfter.optional(),
  })
  .meta({ id: 'ErrorFrame', description: 'What was wrong with a frame of this socket.' });
export type ErrorFrame = z.infer<typeof errorFrame>;

/** Everything a socket without a subprotocol can receive. */
export const serverFrame = z.discriminatedUnion('type', [chatMessageFrame, errorFrame]);
export type ServerFrame = z.infer<typeof serverFrame>;
