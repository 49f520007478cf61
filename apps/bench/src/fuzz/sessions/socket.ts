import { isDeepStrictEqual } from 'node:util';
import { type InboxFrame, inboxFrame, type ServerFrame, serverFrame } from '@duet/contract';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import type { Complain } from '../check/answer.ts';
import { leakIn } from '../check/leaks.ts';
import type { Sendable } from '../generate/frame.ts';
import { bounded } from '../wire/bounded.ts';
import type { World } from '../world.ts';

/** An open socket, whose frames are held against the contract as they come. */
export interface FuzzSocket<Frame> {
  readonly frames: readonly Frame[];
  send(data: Sendable): void;
  /** Resolves once it is so; looks again with every frame. @throws Late; or when the socket is closed */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** Ends it in one of several ways, and waits until it is gone. */
  end(way: number): Promise<void>;
  readonly closeCode: number | undefined;
}

export function openConversationSocket(
  world: World,
  token: string,
  conversationId: string,
  inHeader: boolean,
  boundMs: number,
  complain: Complain,
): Promise<FuzzSocket<ServerFrame>> {
  const url = `ws://127.0.0.1:${world.port}/ws/chat/${conversationId}/`;
  const ws = inHeader
    ? new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
    : new WebSocket(`${url}?token=${encodeURIComponent(token)}`);
  return attend(ws, serverFrame, world, boundMs, complain);
}

export function openInboxSocket(
  world: World,
  token: string,
  boundMs: number,
  complain: Complain,
): Promise<FuzzSocket<InboxFrame>> {
  const ws = new WebSocket(`ws://127.0.0.1:${world.port}/ws/chat/`, ['duet.v1', `bearer.${token}`]);
  return attend(ws, inboxFrame, world, boundMs, complain);
}

async function attend<S extends z.ZodType>(
  ws: WebSocket,
  schema: S,
  world: World,
  boundMs: number,
  complain: Complain,
): Promise<FuzzSocket<z.output<S>>> {
  const frames: z.output<S>[] = [];
  const sent: Sendable[] = [];
  let closeCode: number | undefined;
  let look = () => {};
  ws.on('message', (data, isBinary) => {
    const text = data.toString();
    const value = isBinary ? undefined : parse(text);
    const frame = schema.safeParse(value).data;
    // Zod leaves out what it does not know: so nothing may be missing from what it gives back.
    if (frame === undefined || !isDeepStrictEqual(frame, value))
      complain('a frame that is not in the contract', 'a frame of it', text.slice(0, 500));
    else frames.push(frame);
    const leak = leakIn(world, text, '', false) && leakIn(world, text, sent.join(), false);
    if (leak) complain('something of others’ was shown', `nothing with ${leak}`, text.slice(0, 500));
    look();
  });
  const closed = new Promise<void>((resolve) => {
    ws.once('close', (code) => {
      closeCode = code;
      resolve();
      look();
    });
  });
  const opened = new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
  await bounded('a handshake', boundMs, opened);
  ws.on('error', (error) => complain('a frame that is not a WebSocket’s', 'RFC 6455', error.message));
  return {
    frames,
    get closeCode() {
      return closeCode;
    },
    send: (data) => {
      sent.push(data);
      ws.send(data);
    },
    until: (what, isSo) =>
      bounded(
        what,
        boundMs,
        new Promise<void>((resolve, reject) => {
          look = () => {
            if (isSo()) resolve();
            else if (closeCode !== undefined)
              reject(new Error(`closed with ${closeCode} while ${what} was waited for`));
          };
          look();
        }),
      ),
    end: async (way) => {
      if (way === 0) ws.terminate();
      else if (way === 1) ws.close(4000, 'enough');
      else ws.close();
      await bounded('the close', boundMs, closed);
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
