import { connect, type Socket } from 'node:net';

export type Direction = 'to-server' | 'to-client';

/** One connection through a proxy, and what can happen to it. */
export interface Link {
  /** Ends both sides at once, as a machine that lost its memory does. */
  cut(): void;
  /** Every byte comes so much later, for so long. */
  delay(byMs: number, forMs: number): void;
  /** Half-open: what goes this way is swallowed, nobody is told, and after so long the connection breaks. */
  swallow(direction: Direction, forMs: number): void;
  /** What is asked next is done, but its answer does not arrive, and then the connection breaks. */
  loseAnswer(onLost: () => void): void;
  /** Whatever goes wrong with it ends: delays are over, and a half-open connection breaks. */
  heal(): void;
}

export interface LinkOptions {
  readonly client: Socket;
  readonly port: number;
  /** Whether these bytes to the client say that something was committed. */
  readonly isAnswer: (chunk: Buffer) => boolean;
  readonly onClose: () => void;
}

/** Longest wait for an answer that is to be lost. */
const LOSE_MS = 1000;

export function createLink({ client, port, isAnswer, onClose }: LinkOptions): Link {
  const server = connect({ host: '127.0.0.1', port, noDelay: true });
  let delayMs = 0;
  let swallowed: Direction | undefined;
  let losing: { asked: boolean; onLost: () => void } | undefined;
  const timers = new Set<NodeJS.Timeout>();

  const cut = () => {
    for (const timer of timers) clearTimeout(timer);
    client.resetAndDestroy();
    server.resetAndDestroy();
  };
  const later = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };

  /** Whether a chunk is not to arrive. */
  const isLost = (direction: Direction, chunk: Buffer): boolean => {
    if (swallowed === direction) return true;
    if (!losing) return false;
    if (direction === 'to-server') {
      losing.asked = true;
      return false;
    }
    if (!losing.asked) return false;
    if (isAnswer(chunk)) {
      losing.onLost();
      cut();
    }
    return true;
  };

  const join = (direction: Direction, from: Socket, to: Socket) => {
    /** What is due later, in its order. */
    const waiting: { readonly due: number; readonly act: () => void }[] = [];
    const actLater = () => {
      const [first] = waiting;
      if (first)
        later(Math.max(0, first.due - performance.now()), () => {
          while (waiting[0] && waiting[0].due <= performance.now()) waiting.shift()?.act();
          actLater();
        });
    };
    const pass = (act: () => void) => {
      if (delayMs === 0 && waiting.length === 0) return act();
      waiting.push({ due: performance.now() + delayMs, act });
      if (waiting.length === 1) actLater();
    };
    const write = (chunk: Buffer) => {
      if (to.write(chunk) || from.isPaused()) return;
      from.pause();
      to.once('drain', () => from.resume());
    };
    from.on('data', (chunk: Buffer) => {
      if (!isLost(direction, chunk)) pass(() => write(chunk));
    });
    from.on('error', () => {}); // a close follows
    from.once('end', () => pass(() => to.end()));
    from.once('close', () => {
      pass(() => to.destroy());
      onClose();
    });
  };
  join('to-server', client, server);
  join('to-client', server, client);

  return {
    cut,
    delay: (byMs, forMs) => {
      delayMs = byMs;
      later(forMs, () => (delayMs = 0));
    },
    swallow: (direction, forMs) => {
      swallowed = direction;
      later(forMs, cut);
    },
    loseAnswer: (onLost) => {
      losing = { asked: false, onLost };
      later(LOSE_MS, () => {
        if (losing?.asked) cut();
        losing = undefined;
      });
    },
    heal: () => {
      delayMs = 0;
      if (swallowed !== undefined || losing !== undefined) cut();
    },
  };
}
