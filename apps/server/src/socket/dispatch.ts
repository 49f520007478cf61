import { messageId, sendFrame } from '@duet/contract';
import type { RawData } from 'ws';
import type { ActorContext } from '../domain/context.ts';
import { sendMessage } from '../domain/messages/send.ts';
import { encode, toMessageFrame } from './frames.ts';
import { parseFrame, parseObject, toRefusal } from './refusal.ts';

/** The conversation and the person a socket speaks for. */
export interface Speaker {
  readonly ctx: ActorContext;
  readonly conversationId: string;
  /** The socket hears whatever comes after this seq. */
  hearsAfter: number;
}

/**
 * Does what a frame of a conversation's socket says (PROTOCOL 4.2). Messages are in the order of the calls.
 * @returns a frame for this socket alone, or undefined when all there is to say comes through the hub
 */
export async function dispatch(
  speaker: Speaker,
  data: RawData,
  isBinary: boolean,
  onFault: (cause: unknown) => void,
): Promise<Buffer | undefined> {
  const { ctx, conversationId } = speaker;
  let named: unknown;
  try {
    const value = parseObject(isBinary ? undefined : data.toString());
    named = value['message_id'];
    const frame = parseFrame(sendFrame, value);
    const { message, created } = await sendMessage(ctx, {
      conversation_id: conversationId,
      content: frame.message,
      message_id: frame.message_id,
    });
    // Where nobody knows whether it was sent before, what is heard in its turn is enough: not twice what was sent once.
    const isHeard = created ?? message.seq > speaker.hearsAfter;
    return isHeard ? undefined : encode(toMessageFrame(message));
  } catch (error) {
    const refusal = toRefusal(error, onFault);
    const { data: message_id } = messageId.safeParse(named);
    return encode({ type: 'error', ...refusal, ...(message_id !== undefined && { message_id }) });
  }
}
