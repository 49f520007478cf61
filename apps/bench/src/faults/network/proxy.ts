import { once } from 'node:events';
import { createServer } from 'node:net';
import { onEnd } from '../../cleanup.ts';
import { createLink, type Link } from './link.ts';

/** A way to one server, or to some of them, on which things can go wrong. */
export interface FaultProxy {
  readonly name: string;
  readonly port: number;
  readonly links: ReadonlySet<Link>;
  /** Cuts every connection and takes no more for so long. */
  cutOff(forMs: number): void;
  /** Everything that is wrong with it ends. */
  heal(): void;
  close(): Promise<void>;
}

export interface ProxyOptions {
  readonly name: string;
  /** Where the next connection leads. */
  readonly target: () => number;
  /** See `LinkOptions`. */
  readonly isAnswer: (chunk: Buffer) => boolean;
}

export async function openProxy({ name, target, isAnswer }: ProxyOptions): Promise<FaultProxy> {
  const links = new Set<Link>();
  let refusesUntil = 0;
  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => {}); // a close follows
    if (performance.now() < refusesUntil) {
      client.resetAndDestroy();
      return;
    }
    const link = createLink({ client, port: target(), isAnswer, onClose: () => links.delete(link) });
    links.add(link);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('a proxy has no port');
  const cutAll = () => {
    for (const link of links) link.cut();
  };
  return {
    name,
    port: address.port,
    links,
    cutOff: (forMs) => {
      refusesUntil = performance.now() + forMs;
      cutAll();
    },
    heal: () => {
      refusesUntil = 0;
      for (const link of links) link.heal();
    },
    close: onEnd(async () => {
      server.close();
      cutAll();
      await once(server, 'close');
    }),
  };
}

/** Of a Duet server: a message as a frame, or the answer to a request that did something. */
export function isDuetAnswer(chunk: Buffer): boolean {
  return /"chat_message"|^HTTP\/1\.1 20[01]/.test(chunk.toString('latin1'));
}

/** Of whatever answers everything, as a database does. */
export function isAnyAnswer(): boolean {
  return true;
}
