import { z } from 'zod';
import { conversationId, seq, timestamp } from './fields.ts';

// What the server answers (PROTOCOL 2). Looser than the input fields on purpose: old rows stay readable when a limit moves.

export const user = z
  .object({
    id: z.string(),
    username: z.string().meta({ example: 'ada' }),
    display_name: z.string().meta({ description: 'The name to show.', example: 'Ada Lovelace' }),
  })
  .meta({ id: 'User', description: 'A person who can chat.' });
export type User = z.infer<typeof user>;

export const message = z
  .object({
    message_id: z.string().meta({ description: 'A UUID, the sender’s choice.' }),
    conversation_id: conversationId,
    seq,
    sender: user,
    content: z.string(),
    timestamp,
    read: z.boolean().meta({ description: 'Its recipient has read it.' }),
  })
  .meta({ id: 'Message', description: 'One message of a conversation.' });
export type Message = z.infer<typeof message>;

export const conversation = z
  .object({
    id: conversationId,
    user1: user.meta({ description: 'Who opened the conversation.' }),
    user2: user,
    created_at: timestamp,
    last_message: message.nullable(),
    last_seq: seq,
    unread_count: z.int().min(0).meta({ description: 'Messages of the other side that I have not read.' }),
    read_seq: seq.meta({ description: 'How far I have read.' }),
    peer_read_seq: seq.meta({ description: 'How far the other side has read.' }),
  })
  .meta({ id: 'Conversation', description: 'A conversation of two people, as one of them sees it.' });
export type Conversation = z.infer<typeof conversation>;

export const messagePage = z
  .object({
    next: z.string().nullable().meta({ description: 'Absolute URL of the page that follows, or null.' }),
    previous: z.string().nullable().meta({ description: 'Absolute URL of the page before, or null.' }),
    count: z.int32().min(0).meta({ description: 'How many messages the range has on all of its pages.' }),
    results: z.array(message),
  })
  .meta({ id: 'MessagePage', description: 'A page of a conversation’s history.' });
export type MessagePage = z.infer<typeof messagePage>;

export const unread = z
  .object({
    unread_count: z.int().min(0).meta({ description: 'Messages in all of them that I have not read.' }),
    conversations: z.int().min(0).meta({ description: 'Conversations that have any.' }),
  })
  .meta({ id: 'Unread', description: 'The unread messages of all my conversations.' });
export type Unread = z.infer<typeof unread>;

export const session = z
  .object({
    user,
    access: z.string().meta({ description: 'A JWT for the Authorization header.' }),
    refresh: z.string().meta({ description: 'Works once, for a new session.' }),
    expires_in: z.int().meta({ description: 'Seconds until `access` expires.' }),
  })
  .meta({ id: 'Session', description: 'A signed-in user.' });
export type Session = z.infer<typeof session>;
