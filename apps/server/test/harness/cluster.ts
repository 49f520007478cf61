import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWhenDead } from '@duet/testing/leftovers';
import { freePort } from '@duet/testing/port';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { vi } from 'vitest';
import { bounded } from './socket.ts';

/** A whole PostgreSQL of one test file's own, to be killed, stopped and filled up. */
export interface Cluster {
  /** Of its database `duet`, as the role that owns it and is nothing more. */
  readonly url: string;
  /** Of the same database, as its superuser. */
  readonly adminUrl: string;
  /** Where its socket is. */
  readonly socketFolder: string;
  /** Its data, which only its user may read. */
  readonly folder: string;
  /** Kills the postmaster, and with it every backend: nothing is flushed, nobody is told. */
  kill(): Promise<void>;
  /** As an administrator would: sessions are ended with 57P01. */
  shutDown(): Promise<void>;
  start(): Promise<void>;
  /** Of a standby: it is a primary from now on. */
  promote(): Promise<void>;
  /** A folder or a file is its own from now on. */
  own(folder: string): void;
  stop(): Promise<void>;
}

/** Where PostgreSQL's programs are: they are not on everybody's path. */
const BIN = process.env['TEST_POSTGRES_BIN'] ?? '';
/** PostgreSQL does not run as root. */
const USER = process.getuid?.() === 0 ? 'postgres' : undefined;

/** Settings that a test file can do with; no fsync, for the machine does not lose power. */
const SETTINGS = { fsync: 'off', listen_addresses: '127.0.0.1,::1', log_min_messages: 'fatal' };

/** @param primary of which it is a standby; without one it is its own */
export async function startCluster(primary?: Cluster): Promise<Cluster> {
  const base = scratchFolder();
  const folder = join(base, 'data');
  mkdirSync(folder, { mode: 0o700 });
  own(base);
  own(folder);
  if (primary) await copy(primary, folder);
  else {
    const args = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '-N', '--locale=C'];
    const { status, stderr } = spawnSync(...command('initdb', args), { encoding: 'utf8', cwd: '/' });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  }
  const port = await freePort();
  const options = {
    ...SETTINGS,
    unix_socket_directories: base,
    port: String(port),
    ...(primary && { primary_conninfo: primary.adminUrl }),
  };
  let child: ChildProcess | undefined;
  let exit: Promise<unknown> = Promise.resolve();

  const start = async () => {
    const args = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [program, given] = command('postgres', ['-D', folder, ...args]);
    const started = spawn(program, given, { stdio: 'ignore', cwd: '/' });
    endWhenDead(started, 'SIGQUIT'); // which ends its backends, too
    child = started;
    exit = new Promise((resolve) => started.once('exit', resolve));
    await vi.waitFor(() => query('select 1'), { timeout: PATIENCE_MS, interval: 30 });
  };
  const end = async (signal: NodeJS.Signals) => {
    const backends = signal === 'SIGKILL' && child?.pid !== undefined ? childrenOf(child.pid) : [];
    child?.kill(signal);
    for (const pid of backends) killOne(pid);
    await bounded('the end of PostgreSQL', exit);
  };
  const query = async (text: string) => {
    const sql = postgres(`postgres://postgres@127.0.0.1:${port}/postgres`, {
      max: 1,
      connect_timeout: 5,
      onnotice: () => {},
    });
    try {
      return await sql.unsafe(text);
    } finally {
      await sql.end({ timeout: 1 });
    }
  };
  await start();
  if (!primary) {
    await query('create role duet login');
    await query('create database duet owner duet');
  }
  return {
    url: `postgres://duet@127.0.0.1:${port}/duet`,
    adminUrl: `postgres://postgres@127.0.0.1:${port}/duet`,
    socketFolder: base,
    folder,
    kill: () => end('SIGKILL'),
    shutDown: () => end('SIGINT'),
    start,
    promote: async () => {
      await query('select pg_promote()');
    },
    own,
    stop: async () => {
      await end('SIGQUIT'); // at once, and it takes its shared memory with it
      removeFolder(base);
    },
  };
}

/** All of a primary, which is down meanwhile, as a standby begins with it. */
async function copy(primary: Cluster, folder: string): Promise<void> {
  await primary.shutDown();
  cpSync(primary.folder, folder, { recursive: true });
  await primary.start();
  writeFileSync(join(folder, 'standby.signal'), '');
  if (USER !== undefined) spawnSync('chown', ['-R', `${USER}:${USER}`, folder]);
}

function own(path: string): void {
  if (USER !== undefined) chownSync(path, idOf('u'), idOf('g'));
}

/** A program of PostgreSQL, as its own user. */
function command(name: string, args: readonly string[]): [string, string[]] {
  const program = join(BIN, name);
  if (USER === undefined) return [program, [...args]];
  return ['setpriv', ['--reuid', USER, '--regid', USER, '--clear-groups', program, ...args]];
}

function idOf(which: 'u' | 'g'): number {
  return Number(spawnSync('id', [`-${which}`, USER ?? ''], { encoding: 'utf8' }).stdout);
}

/** What a postmaster started; they outlive one that is killed for a while, and would keep its memory. */
function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', `${pid}`], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map(Number)
    .filter((child) => child > 0);
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone by itself
  }
}
