import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Direction, Link } from './fault-link.ts';
import type { Random } from './random.ts';

/** In which directions a connection can be dead. */
export const DIRECTIONS: readonly (readonly Direction[])[] = [
  ['to-server'],
  ['to-client'],
  ['to-server', 'to-client'],
];

/** A network between clients and a server, in which things go wrong as chance will have it. */
export class FaultProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #refusesUntil = 0;
  /** How often what went wrong. */
  readonly counts: Record<string, number> = {};
  /** Where the server is; undefined while there is none. */
  port: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (client) => this.#accept(client));
  }

  static async listen(port: number): Promise<FaultProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new FaultProxy(server);
    proxy.port = port;
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || !address) throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** One thing goes wrong. */
  strike(random: Random): void {
    const links = [...this.#links].filter(({ isForgotten }) => !isForgotten);
    const wantsSocket = random.chance(0.6);
    const link = random.pick(links.filter(({ isSocket }) => isSocket === wantsSocket));
    const how = random.pick(['fin', 'rst'] as const) ?? 'rst';
    const dice = random.next();
    if (dice < 0.04) {
      this.#count('everything cut');
      for (const each of links) each.cut(how);
    } else if (dice < 0.08) {
      this.#count('refusing');
      this.#refusesUntil = performance.now() + random.between(200, 1500);
    } else if (dice < 0.3) {
      this.#count(`cut (${how})`);
      link?.cut(how);
    } else if (dice < 0.45) {
      this.#count('stalled');
      link?.stall(random.pick(DIRECTIONS) ?? [], random.between(100, 2500));
    } else if (dice < 0.7) {
      this.#count('delayed');
      link?.delay(random.between(1, 300));
    } else {
      link?.loseAnswer();
    }
  }

  /** Two of the sockets are half-open from now on, and stay so. */
  forget(random: Random): void {
    for (let count = 0; count < 2; count += 1) {
      const sockets = [...this.#links].filter(({ isSocket, isForgotten }) => isSocket && !isForgotten);
      const link = random.pick(sockets);
      if (link) this.#count('forgotten');
      link?.stall(['to-server', 'to-client'], undefined);
    }
  }

  /** Every socket is half-open from now on, in these directions, and stays so; the next ones are well. */
  stall(directions: readonly Direction[]): void {
    for (const link of this.#links) if (link.isSocket) link.stall(directions, undefined);
  }

  /** Nothing more goes wrong; what is forgotten stays so. */
  heal(): void {
    this.#refusesUntil = 0;
    for (const link of this.#links) link.heal();
  }

  close(): void {
    this.#server.close();
    for (const link of this.#links) link.destroy();
  }

  #accept(client: Socket): void {
    const { port } = this;
    client.on('error', () => {}); // a close follows
    if (port === undefined || performance.now() < this.#refusesUntil) {
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, connect(port, '127.0.0.1'));
    link.onLost = () => this.#count('answer lost after the commit');
    this.#links.add(link);
    client.once('close', () => this.#links.delete(link));
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}
