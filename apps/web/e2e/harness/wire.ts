import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What is between a browser and the server, and can be cut. */
export interface Wire {
  readonly url: string;
  /** Ends every connection; the next ones go through. */
  snap(): void;
  /** Ends every connection, and lets no other one through until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** A wire to a server, with a port of its own. */
export async function layWire(serverUrl: string): Promise<Wire> {
  const { hostname, port } = new URL(serverUrl);
  const open = new Set<Socket>();
  let isCut = false;

  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {}); // a close follows
      socket.once('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a wire without a port');

  const snap = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    snap,
    cut: () => {
      isCut = true;
      snap();
    },
    mend: () => {
      isCut = false;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      snap();
      await closed;
    },
  };
}
