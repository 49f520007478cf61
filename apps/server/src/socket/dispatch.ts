import { type ErrorCode, messageId, sendFrame } from '@duet/contract';
import type { RawData } from 'ws';
import { z } from 'zod';
import type { ActorContext } from '../domain/context.ts';
import { DomainError } from '../domain/error.ts';
import { sendMessage } from '../domain/messages/send.ts';
import { encodeError, encodeMessage } from './frames.ts';

/** The conversation and the person a socket speaks for. */
export interface Speaker {
  readonly ctx: ActorContext;
  readonly conversationId: string;
}

/**
 * Does what a client's frame says (PROTOCOL 4.2).
 * @returns a frame for this socket alone, or undefined when all there is to say comes through the hub
 */
export async function dispatch(
  speaker: Speaker,
  data: RawData,
  isBinary: boolean,
  onFault: (cause: unknown) => void,
): Promise<Buffer | undefined> {
  const value = isBinary ? undefined : parseJson(data.toString());
  const named = z.object({ message_id: messageId }).safeParse(value);
  try {
    const frame = parseFrame(value);
    const { message, created } = await sendMessage(speaker.ctx, {
      conversation_id: speaker.conversationId,
      content: frame.message,
      message_id: frame.message_id,
    });
    return created ? undefined : encodeMessage(message);
  } catch (error) {
    const refusal = error instanceof DomainError ? error : undefined;
    if (!refusal) onFault(error);
    return encodeError({
      code: refusal?.code ?? 'internal',
      // What the domain calls `content` is the frame's `message`.
      detail:
        refusal?.message.replace(/^content:/, 'message:') ??
        'something went wrong; send it again with the same message_id',
      ...(named.success && { message_id: named.data.message_id }),
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseFrame(value: unknown) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DomainError('invalid_frame', 'a frame is a JSON object in a text frame');
  }
  const parsed = sendFrame.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues;
  const code: ErrorCode = issues.some(({ path }) => path[0] === 'type') ? 'invalid_frame' : 'invalid_request';
  const detail = code === 'invalid_frame' ? 'unknown type' : issues.map(describe).join('; ');
  throw new DomainError(code, detail);
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return `${path.join('.')}: ${message}`;
}
