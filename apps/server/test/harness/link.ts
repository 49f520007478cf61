import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut. */
export interface Link {
  /** The server's URL, with this way's port in it. */
  readonly url: string;
  /** Ends every connection and takes no more. */
  cut(): void;
  /** Ends every connection as a machine does that lost its memory, and goes on taking others. */
  reset(): void;
  /** What was asked by now is done, but no answer to it arrives: instead of the first one the connection is reset. */
  loseAnswers(): void;
  /** Nothing passes any more, and nobody is told: connections stay open. */
  freeze(): void;
  /** Takes connections again; what froze stays frozen. */
  mend(): void;
  close(): Promise<void>;
}

/** @param target a URL with host and port */
export async function link(target: string): Promise<Link> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  const pairs = new Map<Socket, Socket>();
  const held = new Set<Socket>();
  let isCut = false;
  let isFrozen = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    if (isFrozen) {
      held.add(near.on('error', () => {}));
      return;
    }
    const far = connect(Number(to.port), to.hostname);
    pairs.set(near, far);
    near.once('close', () => pairs.delete(near));
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.once('close', () => {
        sockets.delete(from);
        into.destroy();
      });
      from.pipe(into);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  const address = server.address();
  if (typeof address === 'object') url.port = `${address?.port}`;
  const cut = () => {
    isCut = true;
    for (const socket of [...sockets, ...held]) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    loseAnswers: () => {
      for (const [near, far] of pairs)
        far
          .unpipe()
          .once('data', () => near.resetAndDestroy())
          .resume();
    },
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend: () => {
      isCut = false;
      isFrozen = false;
      for (const socket of held) socket.destroy();
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
