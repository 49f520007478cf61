import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWhenDead } from '@duet/testing/leftovers';
import { freePort } from '@duet/testing/port';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { bounded } from './socket.ts';

/** A PgBouncer of one test's own, in front of a PostgreSQL that trusts everybody. */
export interface Pooler {
  /** Leads to the same database as the same role, through it. */
  through(url: string): string;
  readonly port: string;
  /** Where its socket is. */
  readonly socketFolder: string;
  stop(): Promise<void>;
}

/** Whether there is a `pgbouncer` to start; see `vitest.full.config.ts`. */
export const withPooler = process.env['TEST_POOLER'] === 'yes';

/** It does not run as root. */
const USER = process.getuid?.() === 0 ? 'postgres' : undefined;

/** @param settings of its own, besides where it listens */
export async function startPooler(databaseUrl: string, settings: Record<string, string>): Promise<Pooler> {
  const { hostname, port: databasePort } = new URL(databaseUrl);
  const folder = scratchFolder();
  const port = await freePort();
  const users = join(folder, 'users');
  const ini = join(folder, 'pgbouncer.ini');
  const all = {
    listen_addr: '127.0.0.1,::1',
    listen_port: `${port}`,
    unix_socket_dir: folder,
    auth_type: 'trust',
    auth_file: users,
    auth_user: 'postgres', // which asks for everybody else
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(users, '"postgres" ""\n');
  writeFileSync(
    ini,
    ['[databases]', `* = host=${hostname} port=${databasePort}`, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  if (USER !== undefined) spawnSync('chown', ['-R', USER, folder]);
  const as = USER === undefined ? [] : ['setpriv', '--reuid', USER, '--clear-groups'];
  const [program = '', ...args] = [...as, 'pgbouncer', ini];
  const child = spawn(program, args, {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  endWhenDead(child);
  const exit = once(child, 'exit');
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('process up')) resolve();
    });
  });
  const failed = exit.then(() => {
    throw new Error(`pgbouncer ended: ${output}`);
  });
  failed.catch(() => {});
  await bounded('pgbouncer', Promise.race([ready, failed]));
  return {
    port: `${port}`,
    socketFolder: folder,
    through: (url) => {
      const through = new URL(url);
      through.port = `${port}`;
      return through.href;
    },
    stop: async () => {
      child.kill('SIGINT');
      await bounded('the end of pgbouncer', exit);
      removeFolder(folder);
    },
  };
}
