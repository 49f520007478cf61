import { errors } from '@duet/contract';
import { WebSocket } from 'ws';
import { ZodError } from 'zod';
import { type Me, record } from './world.ts';

/** One socket of a device's, for as long as it holds. */
export interface Line {
  /** Numbered by device: no two sockets of one have the same. */
  readonly connection: number;
  send(frame: object): void;
}

export interface DialOptions {
  readonly me: Me;
  readonly path: string;
  readonly protocols: string[];
  /** What the history calls it. */
  readonly conversation: string;
  /** How it is numbered. */
  readonly nextConnection: () => number;
  onOpen(line: Line): void;
  onFrame(line: Line, text: string): void;
  onLost(): void;
}

/** Heartbeats come every 2 s; without a word for this long nobody is there. */
const SILENCE_MS = 6000;
const CONNECT_MS = 4000;
const LONGEST_WAIT_MS = 1500;

/** Keeps a socket: comes back with back-off, to whichever server chance picks, however it was lost. */
export function dial(options: DialOptions): { nudge(): void; close(): void } {
  const { me, path, protocols, conversation, nextConnection, onOpen, onFrame, onLost } = options;
  let isOver = false;
  let attempts = 0;
  let retry: NodeJS.Timeout | undefined;
  let socket: WebSocket | undefined;

  const connect = () => {
    retry = undefined;
    const url = `ws://127.0.0.1:${me.random.pick(me.world.ports)}${path}`;
    const ws = new WebSocket(url, protocols, { handshakeTimeout: CONNECT_MS, perMessageDeflate: false });
    socket = ws;
    let heardAt = performance.now();
    const watch = setInterval(() => performance.now() - heardAt > SILENCE_MS && ws.terminate(), 500);
    const line: Line = {
      connection: nextConnection(),
      send: (frame) => {
        if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify(frame));
      },
    };
    ws.on('ping', () => (heardAt = performance.now()));
    ws.on('open', () => {
      attempts = 0;
      onOpen(line);
    });
    ws.on('message', (data) => {
      heardAt = performance.now();
      if (isOver) return;
      try {
        onFrame(line, data.toString());
      } catch (error) {
        if (!(error instanceof ZodError)) throw error;
        record(me, { type: 'refused', conversation, what: 'contract', answer: error.message });
      }
    });
    ws.on('error', () => {}); // a close follows
    ws.on('close', (code, reason) => {
      clearInterval(watch);
      if (isOver) return;
      if (isFinal(code))
        record(me, {
          type: 'refused',
          conversation,
          what: 'listen',
          answer: `${code} ${reason}`,
        });
      onLost();
      attempts += 1;
      me.world.counts.reconnections += 1;
      const longest = Math.min(LONGEST_WAIT_MS, 100 * 2 ** attempts);
      retry = setTimeout(connect, me.random.next() * longest);
    });
  };
  connect();
  return {
    nudge: () => {
      if (!retry) return;
      clearTimeout(retry);
      connect();
    },
    close: () => {
      isOver = true;
      clearTimeout(retry);
      socket?.terminate();
    },
  };
}

/** Whether a close code says that it is not to be tried again. */
function isFinal(code: number): boolean {
  return Object.values(errors).some(
    (row) => 'close' in row && row.close === code && row.recovery !== 'retry',
  );
}
