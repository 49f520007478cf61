import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@duet/testing/port';
import { bound } from '../../servers/child.ts';
import { type Mortal, startMortal } from './mortal.ts';

/** A PostgreSQL of one run's own. */
export interface Cluster {
  readonly process: Mortal;
  readonly port: number;
  readonly version: string;
}

/** Who PostgreSQL runs as when we are root, for it refuses to be that. */
const ACCOUNT = 'postgres';
const DEBIAN = '/usr/lib/postgresql';

/** Makes a cluster in a folder, and starts it. Its settings are PostgreSQL's own: what it says is committed is on the disk. */
export async function startCluster(folder: string): Promise<Cluster> {
  mkdirSync(folder);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'));
  const as: string[] = isRoot ? ['setpriv', '--reuid', ACCOUNT, '--regid', ACCOUNT, '--init-groups'] : [];
  const command = ([program, args]: [string, string[]]): [string, string[]] => {
    const [first = '', ...rest] = [...as, program, ...args];
    return [first, rest];
  };
  const data = join(folder, 'data');
  const how = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  run(...command([binary('initdb'), ['-D', data, ...how]]));
  const port = await freePort();
  const listen = ['-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const settings = ['max_connections=200', 'log_min_messages=fatal'].flatMap((setting) => ['-c', setting]);
  const postgres = await startMortal({
    name: 'postgres',
    // Bound last: who changes to another user is bound no more.
    command: command(bound([binary('postgres'), ['-D', data, ...listen, ...settings]])),
    env: { LC_ALL: 'C' },
    port,
    log: join(folder, '..', 'postgres.log'),
  });
  return {
    process: postgres,
    port,
    version: run(binary('postgres'), ['--version']).match(/[\d.]+/)?.[0] ?? '',
  };
}

/** Whether there is what a cluster is made with. */
export function canMakeCluster(): boolean {
  return find('initdb') !== undefined;
}

function binary(name: string): string {
  const found = find(name);
  if (found === undefined) throw new Error(`no ${name} on the path or below ${DEBIAN}`);
  return found;
}

/** On the path, or where Debian has them; the newest. */
function find(name: string): string | undefined {
  if (spawnSync(name, ['--version']).status === 0) return name;
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find((path) => existsSync(path));
}

function idOf(flag: '-u' | '-g'): number {
  return Number(run('id', [flag, ACCOUNT]));
}

function run(program: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  return stdout;
}
