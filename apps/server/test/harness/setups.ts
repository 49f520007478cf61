import postgres from 'postgres';
import { expect } from 'vitest';
import { startupErrorOf } from '../../src/startup-error.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { entity } from './http.ts';
import { JWT_SECRET, personAt, startServerOn, type TestServer } from './server.ts';

/** A PostgreSQL of a test file's own, with databases and roles as operators have them. */
export interface Setups {
  readonly cluster: Cluster;
  urlOf(database: string, role?: string): string;
  /** Runs statements as the superuser, one by one; the rows of the last. */
  admin(database: string, ...statements: string[]): Promise<postgres.Row[]>;
  /** A database of its own, which the role `duet` owns unless said otherwise. */
  createDatabase(options?: string): Promise<string>;
  createRole(): Promise<string>;
  start(database: string, role?: string, env?: Record<string, string>): Promise<TestServer>;
  /** Starts, lets two people write to each other, and stops; the id of their conversation. */
  use(database: string, role?: string, env?: Record<string, string>): Promise<string>;
  /** The line with which a start is refused. */
  refusal(database: string, role?: string, env?: Record<string, string>): Promise<string>;
}

export async function openSetups(): Promise<Setups> {
  const cluster = await startCluster();
  let made = 0;
  const urlOf = (database: string, role = 'duet') => {
    const url = new URL(cluster.adminUrl);
    [url.pathname, url.username] = [`/${database}`, role];
    return url.href;
  };
  const admin = async (database: string, ...statements: string[]) => {
    const sql = postgres(urlOf(database, 'postgres'), { max: 1, onnotice: () => {} });
    try {
      let rows: postgres.Row[] = [];
      for (const statement of statements) rows = await sql.unsafe(statement);
      return rows;
    } finally {
      await sql.end();
    }
  };
  const at = (database: string, role?: string, env: Record<string, string> = {}) => ({
    DATABASE_URL: urlOf(database, role),
    ...env,
  });
  return {
    cluster,
    urlOf,
    admin,
    createDatabase: async (options = 'owner duet') => {
      made += 1;
      await admin('postgres', `create database d${made} ${options}`);
      return `d${made}`;
    },
    createRole: async () => {
      made += 1;
      await admin('postgres', `create role r${made} login`);
      return `r${made}`;
    },
    start: (...where) => startServerOn({ JWT_SECRET, ...at(...where) }),
    use: (...where) => useServer(at(...where)),
    refusal: (...where) => refusalOf(at(...where)),
  };
}

/** Starts a server, lets two people write to each other, and stops; the id of their conversation. */
export async function useServer(env: Record<string, string>): Promise<string> {
  const server = await startServerOn({ JWT_SECRET, ...env });
  try {
    const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
    // Many at once, which meet each other.
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? ada.open(ben) : ben.open(ada))),
    );
    const [{ id } = { id: '' }] = opened;
    expect(new Set(opened.map((each) => each.id)).size).toBe(1);
    const path = `/api/chat/conversations/${id}/messages/`;
    const content = String.raw`a \ backslash, 'quotes' and ☕`;
    const before = Date.now();
    const sent = (await ada.post(path, { content })).as(entity.message);
    expect(Math.abs(Date.parse(sent.timestamp) - before)).toBeLessThan(3_600_000);
    const reads = await Promise.all(
      Array.from({ length: 20 }, () => ben.post(`/api/chat/conversations/${id}/read/`, { seq: sent.seq })),
    );
    expect(reads.map(({ status }) => status)).toEqual(reads.map(() => 200));
    const { results } = (await ben.get(path)).as(entity.page);
    expect(results.at(0)).toEqual({ ...sent, read: true });
    expect((await ada.get('/api/chat/conversations/')).as(entity.conversations)).toHaveLength(1);
    return id;
  } finally {
    await server.stop();
  }
}

/** The line with which a start is refused, as `main.ts` says it. */
export function refusalOf(env: Record<string, string>): Promise<string> {
  return startServerOn({ JWT_SECRET, ...env }).then(
    async (server) => {
      await server.stop();
      return 'it started';
    },
    (error: unknown) => startupErrorOf(error)?.message ?? `not known: ${error}`,
  );
}
