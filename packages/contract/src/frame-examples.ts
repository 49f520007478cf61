import type { z } from 'zod';
import { chatMessageFrame, errorFrame, sendFrame } from './frames.ts';
import { type ConversationState, clientFrames, inboxFrames } from './inbox-frames.ts';

const conversation_id = '0d1f6a52-7c3b-8e4d-9a5f-1b2c3d4e5f60';
const message_id = '019a0000-0000-7000-8000-000000000001';
const timestamp = '2026-11-22T10:15:30.123Z';
const cursor = 'MS4xMjM0LjEyMzQ';
const ada = { id: 'ada', username: 'ada', display_name: 'Ada Lovelace' };
const ben = { id: 'ben', username: 'ben', display_name: 'ben' };
const state: ConversationState = { last_seq: 42, read_seqs: [42, 40], unread_counts: [0, 1] };
const chatMessage = {
  type: 'chat_message',
  message: 'Hello',
  sender_id: ada.id,
  sender_username: ada.username,
  timestamp,
  message_id,
  conversation_id,
  seq: 42,
} as const;

/** One of every frame: Ada says hello to Ben. */
export const frameExamples: ReadonlyMap<z.ZodObject, unknown> = new Map([
  of(sendFrame, { message: 'Hello', message_id }),
  of(chatMessageFrame, chatMessage),
  of(errorFrame, {
    type: 'error',
    code: 'invalid_request',
    detail: 'message: must not be blank',
    message_id,
  }),

  of(clientFrames.auth, { type: 'auth', token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl' }),
  of(clientFrames.sync, { type: 'sync', cursor }),
  of(clientFrames.chat_message, { type: 'chat_message', conversation_id, message: 'Hello', message_id }),
  of(clientFrames.read, { type: 'read', conversation_id, seq: 42 }),
  of(clientFrames.typing, { type: 'typing', conversation_id, typing: true }),
  of(clientFrames.presence, { type: 'presence', conversation_ids: [conversation_id] }),
  of(clientFrames.ping, { type: 'ping', cursor }),

  of(inboxFrames.ready, { type: 'ready', user: ada, expires_in: 900, heartbeat_seconds: 25 }),
  of(inboxFrames.auth, { type: 'auth', expires_in: 30 }),
  of(inboxFrames.conversation, {
    type: 'conversation',
    conversation: {
      id: conversation_id,
      user1: ada,
      user2: ben,
      created_at: '2026-11-20T08:00:00.000Z',
      last_message: {
        message_id,
        conversation_id,
        seq: 42,
        sender: ada,
        content: 'Hello',
        timestamp,
        read: false,
      },
      last_seq: 42,
      unread_count: 0,
      read_seq: 42,
      peer_read_seq: 40,
    },
  }),
  of(inboxFrames.synced, { type: 'synced', cursor, reset: false, next: null }),
  of(inboxFrames.chat_message, { ...chatMessage, sender_display_name: ada.display_name, state }),
  of(inboxFrames.read, { type: 'read', conversation_id, user_id: ada.id, seq: 42, state }),
  of(inboxFrames.typing, { type: 'typing', conversation_id, user_id: ben.id, typing: true }),
  of(inboxFrames.presence, { type: 'presence', user_id: ben.id, online: false, last_seen: timestamp }),
  of(inboxFrames.pong, { type: 'pong', cursor, heads: [{ conversation_id, state }] }),
  of(inboxFrames.error, {
    type: 'error',
    code: 'not_participant',
    detail: 'Not a participant of this conversation',
    frame: 'read',
    conversation_id,
  }),
]);

function of<S extends z.ZodObject>(schema: S, frame: z.input<S>): [z.ZodObject, unknown] {
  return [schema, frame];
}
