import { messageId, sendFrame } from '@duet/contract';
import type { RawData } from 'ws';
import type { ActorContext } from '../domain/context.ts';
import { sendMessage } from '../domain/messages/send.ts';
import { encode, toMessageFrame } from './frames.ts';
import { notAnObject, objectIn, parseFrame, toRefusal } from './refusal.ts';

/** The conversation and the person a socket speaks for. */
export interface Speaker {
  readonly ctx: ActorContext;
  readonly conversationId: string;
  /** @throws DomainError `rate_limited` when a frame is one too many */
  readonly admit: () => Promise<void>;
}

/**
 * Does what a frame of a conversation's socket says (PROTOCOL 4.2). Messages are in the order of the calls.
 * @returns a frame for this socket alone, or undefined when all there is to say comes through the hub
 */
export async function dispatch(
  { ctx, conversationId, admit }: Speaker,
  data: RawData,
  isBinary: boolean,
  onFault: (cause: unknown) => void,
): Promise<Buffer | undefined> {
  let named: unknown;
  try {
    const value = isBinary ? undefined : objectIn(data.toString());
    named = value?.['message_id'];
    await admit();
    if (!value) throw notAnObject();
    const frame = parseFrame(sendFrame, value);
    const { message, created } = await sendMessage(ctx, {
      conversation_id: conversationId,
      content: frame.message,
      message_id: frame.message_id,
    });
    return created ? undefined : encode(toMessageFrame(message));
  } catch (error) {
    const refusal = toRefusal(error, onFault);
    const { data: message_id } = messageId.safeParse(named);
    return encode({ type: 'error', ...refusal, ...(message_id !== undefined && { message_id }) });
  }
}
