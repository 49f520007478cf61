import type { ChatMessageFrame, ConversationState, InboxFrame, Message, ServerFrame } from '@duet/contract';
import type { DomainEvent } from '../events/events.ts';
import type { SocketMeter } from './meter.ts';

/** The last, and only, part of a text message. */
const FIN_TEXT = 0x81;
/** Instead of a length: it follows, in 2 or in 8 bytes. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** A frame as it goes over the wire: one unmasked text frame, header included (RFC 6455, 5.2). */
export function encode(frame: ServerFrame | InboxFrame, meter: SocketMeter): Buffer {
  meter.frameMade(frame.type);
  const text = JSON.stringify(frame);
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = FIN_TEXT;
  if (header === 2) {
    bytes[1] = length;
  } else if (header === 4) {
    bytes[1] = LENGTH_16;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = LENGTH_64;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  bytes.write(text, header);
  return bytes;
}

/** A committed message as a conversation's socket hears it (PROTOCOL 4.3). */
export function toMessageFrame(message: Message): ChatMessageFrame {
  return {
    type: 'chat_message',
    message: message.content,
    sender_id: message.sender.id,
    sender_username: message.sender.username,
    timestamp: message.timestamp,
    message_id: message.message_id,
    conversation_id: message.conversation_id,
    seq: message.seq,
  };
}

/** The same as the inbox hears it (PROTOCOL 7.6). */
export function toInboxMessageFrame(message: Message, state: ConversationState): InboxFrame {
  return { ...toMessageFrame(message), sender_display_name: message.sender.display_name, state };
}

/** A frame, and whose inboxes it is for. */
export interface Addressed {
  readonly userIds: readonly string[];
  readonly frame: InboxFrame;
}

/** An event as the inboxes of those whom it concerns hear it (PROTOCOL 7.6); of typing and presence `inbox/` says more than one event can. */
export function inboxFrameOf(event: DomainEvent): Addressed | undefined {
  switch (event.type) {
    case 'message':
      return { userIds: event.users, frame: toInboxMessageFrame(event.message, event.state) };
    case 'conversation': {
      const { conversation } = event;
      const userIds = [conversation.user1.id, conversation.user2.id];
      return { userIds, frame: { type: 'conversation', conversation } };
    }
    case 'read': {
      const { type, conversationId: conversation_id, userId: user_id, seq, state } = event;
      return { userIds: event.users, frame: { type, conversation_id, user_id, seq, state } };
    }
    case 'typing':
    case 'presence':
    case 'presence_asked':
    case 'access_ended':
    case 'user_changed':
      return undefined;
  }
}
