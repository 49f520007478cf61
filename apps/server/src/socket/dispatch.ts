import { messageId, sendFrame } from '@duet/contract';
import type { RawData } from 'ws';
import type { ActorContext } from '../domain/context.ts';
import { sendMessage } from '../domain/messages/send.ts';
import type { FrameObserver, ObservedFrame } from './frame-observer.ts';
import { encode, toMessageFrame } from './frames.ts';
import type { SocketMeter } from './meter.ts';
import { notAnObject, objectIn, parseFrame, toRefusal } from './refusal.ts';

/** The conversation and the person a socket speaks for. */
export interface Speaker {
  readonly ctx: ActorContext;
  readonly conversationId: string;
  readonly frames: FrameObserver;
  readonly meter: SocketMeter;
  /** @throws DomainError `rate_limited` when a frame is one too many, at once or later */
  readonly admit: () => Promise<void> | undefined;
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
): Promise<Buffer | undefined> {
  const { ctx, conversationId, admit, frames, meter } = speaker;
  let named: unknown;
  let observed: ObservedFrame | undefined;
  try {
    const value = isBinary ? undefined : objectIn(data.toString());
    observed = frames.begin(value);
    named = value?.['message_id'];
    const admitted = admit();
    if (admitted) await admitted;
    if (!value) throw notAnObject();
    const frame = parseFrame(sendFrame, value);
    const traced = observed.span ? { ...ctx, trace: observed.span.trace } : ctx;
    const { message, created } = await sendMessage(traced, {
      conversation_id: conversationId,
      content: frame.message,
      message_id: frame.message_id,
    });
    frames.end(observed);
    // Where nobody knows whether it was sent before, what is heard in its turn is enough: not twice what was sent once.
    const isHeard = created ?? message.seq > speaker.hearsAfter;
    return isHeard ? undefined : encode(toMessageFrame(message), meter);
  } catch (error) {
    const refusal = toRefusal(error, (cause) => frames.fail(cause));
    frames.end(observed ?? frames.begin(undefined), refusal.code);
    const { data: message_id } = messageId.safeParse(named);
    return encode({ type: 'error', ...refusal, ...(message_id !== undefined && { message_id }) }, meter);
  }
}
