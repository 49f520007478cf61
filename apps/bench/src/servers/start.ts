import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onEnd } from '../cleanup.ts';
import { type Child, startChild } from './child.ts';
import { createDatabase } from './database.ts';
import type { Contender, Server } from './server.ts';
import { JWT_SECRET } from './tokens.ts';

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
export const DUET = pathOf('../../../server/src/main.ts');
const RELAY = pathOf('../yardsticks/relay.ts');
const EXPRESS = pathOf('../yardsticks/express/main.ts');

/** The core that a server under load has for itself; see `load/pool.ts` for the others. */
const SERVER_CORE = 0;

async function start(
  main: string,
  adminUrl: string,
  env: Record<string, string>,
  schema: Server['schema'],
): Promise<Server> {
  const database = await createDatabase(adminUrl);
  const child = await startChild(main, { DATABASE_URL: database.url, ...env }, SERVER_CORE);
  const stop = async () => {
    await child.stop();
    await database.drop();
  };
  return { pids: [child.pid], ports: [child.port], database, schema, stop };
}

/** The limits are for people; nobody sends as a load does. */
const duetEnv = { JWT_SECRET, SHUTDOWN_DELAY_SECONDS: '0', RATE_LIMITS: 'off' };

/** For so long after its start Duet reckons with other nodes, and tells them of every message. */
const ALONE_AFTER_MS = 7000;

/** Duet on PostgreSQL, through the socket of one conversation; `env` besides what a load needs. */
export const duet = (adminUrl: string, env: Record<string, string> = {}): Contender => ({
  name: 'duet',
  dialect: 'duet',
  start: async () => {
    const server = await start(DUET, adminUrl, { ...duetEnv, ...env }, 'duet');
    await sleep(ALONE_AFTER_MS);
    return server;
  },
});

/** The same server through `duet.v1`. */
export const duetV1 = (adminUrl: string): Contender => ({
  ...duet(adminUrl),
  name: 'duet.v1',
  dialect: 'duet.v1',
});

/** Bare ws, one batched INSERT at a time. */
export const relay = (adminUrl: string): Contender => ({
  name: 'relay',
  dialect: 'relay',
  start: () => start(RELAY, adminUrl, {}, 'relay'),
});

/** Express, Socket.IO and pg, one INSERT a message. */
export const express = (adminUrl: string): Contender => ({
  name: 'express',
  dialect: 'socket.io',
  start: () => start(EXPRESS, adminUrl, { JWT_SECRET }, 'express'),
});

/** Duet on the database that it brings, in a folder of its own. */
export const duetEmbedded = (): Contender => ({
  name: 'duet, embedded',
  dialect: 'duet',
  start: async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'duet-bench-'));
    const remove = onEnd(() => rmSync(dataDir, { recursive: true, force: true }));
    const child = await startChild(DUET, { DATA_DIR: dataDir, ...duetEnv }, SERVER_CORE);
    const stop = async () => {
      await child.stop();
      await remove();
    };
    return { pids: [child.pid], ports: [child.port], database: undefined, schema: 'duet', stop };
  },
});

/** Some Duet nodes on one database, joined by NATS if there is a URL of one; not pinned, for they need more than one core. */
export const duetNodes = (adminUrl: string, nodes: number, natsUrl: string | undefined): Contender => ({
  name: `${nodes} ${nodes === 1 ? 'node' : 'nodes'}${natsUrl === undefined ? '' : ', NATS'}`,
  dialect: 'duet',
  start: async (): Promise<Server> => {
    const database = await createDatabase(adminUrl);
    const env = { DATABASE_URL: database.url, ...duetEnv, ...(natsUrl && { NATS_URL: natsUrl }) };
    const children: Child[] = [];
    for (let i = 0; i < nodes; i += 1) children.push(await startChild(DUET, env, undefined));
    const stop = async () => {
      await Promise.all(children.map((child) => child.stop()));
      await database.drop();
    };
    return {
      pids: children.map((child) => child.pid),
      ports: children.map((child) => child.port),
      database,
      schema: 'duet',
      stop,
    };
  },
});
