import { clientFrame, sendFrame } from '@duet/contract';
import type { z } from 'zod';
import type { Sendable, Talk } from '../generate/frame.ts';

/** What must come for a frame that was sent, to the socket that sent it. */
export type Due = 'error' | 'chat_message' | 'read' | 'pong' | 'synced' | 'ready' | undefined;

/** Says what is due for each frame of a socket; it learns which message ids were used for what. */
export function createDue(talk: Talk) {
  const said = new Map<string, string>();
  const dueForMessage = (message: string, id: string | undefined): Due => {
    if (id === undefined) return 'chat_message';
    const known = said.get(id) ?? message;
    said.set(id, known);
    return known === message ? 'chat_message' : 'error';
  };
  const isMine = (conversationId: string) => conversationId.toLowerCase() === talk.conversationId;

  const inConversation = (data: Sendable): Due => {
    const frame = read(sendFrame, data);
    return frame ? dueForMessage(frame.message, frame.message_id) : 'error';
  };
  const inInbox = (data: Sendable): Due => {
    const frame = read(clientFrame, data);
    switch (frame?.type) {
      case 'auth':
        return talk.world.tokens.get(frame.token.replace(/=$/, '')) === talk.me.id ? 'ready' : 'error';
      case 'chat_message':
        return isMine(frame.conversation_id) ? dueForMessage(frame.message, frame.message_id) : 'error';
      case 'read':
        return isMine(frame.conversation_id) ? 'read' : 'error';
      case 'typing':
        return isMine(frame.conversation_id) || !frame.typing ? undefined : 'error';
      case 'presence':
        return undefined;
      case 'sync':
        return 'synced';
      case 'ping':
        return 'pong';
      default:
        return 'error';
    }
  };
  return { inConversation, inInbox };
}

function read<S extends z.ZodType>(schema: S, data: Sendable): z.output<S> | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return schema.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
