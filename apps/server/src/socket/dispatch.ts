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
}

/**
 * Does what a frame of a conversation's socket says (PROTOCOL 4.2).
 * @returns a frame for this socket alone, or undefined when all there is to say comes through the hub
 */
export async function dispatch(
  { ctx, conversationId }: Speaker,
  data: RawData,
  isBinary: boolean,
  onFault: (cause: unknown) => void,
): Promise<Buffer | undefined> {
  let named: string | undefined;
  try {
    const value = parseObject(isBinary ? undefined : data.toString());
    named = messageId.safeParse(value['message_id']).data;
    const frame = parseFrame(sendFrame, value);
    const { message, created } = await sendMessage(ctx, {
      conversation_id: conversationId,
      content: frame.message,
      message_id: frame.message_id,
    });
    return created ? undefined : encode(toMessageFrame(message));
  } catch (error) {
    const refusal = toRefusal(error, onFault);
    return encode({ type: 'error', ...refusal, ...(named !== undefined && { message_id: named }) });
  }
}
