import type { ChatMessageFrame, ErrorFrame, Message } from '@duet/contract';

/** A committed message as a frame (PROTOCOL 4.3), serialised. */
export function encodeMessage(message: Message): Buffer {
  const frame: ChatMessageFrame = {
    type: 'chat_message',
    message: message.content,
    sender_id: message.sender.id,
    sender_username: message.sender.username,
    timestamp: message.timestamp,
    message_id: message.message_id,
    conversation_id: message.conversation_id,
    seq: message.seq,
  };
  return Buffer.from(JSON.stringify(frame));
}

/** An error as a frame (PROTOCOL 4.3), serialised. */
export function encodeError(error: Omit<ErrorFrame, 'type'>): Buffer {
  const frame: ErrorFrame = { type: 'error', ...error };
  return Buffer.from(JSON.stringify(frame));
}
