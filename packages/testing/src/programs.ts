import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What tests run for real. On a machine of one's own some may be missing, and their tests are left out; in CI that is
// a failure. Debian keeps some programs where not everybody's path leads.

const ENV = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };

/** Whether something is there; if not, says so, and throws in CI. */
function needed(what: string, isThere: boolean): boolean {
  if (isThere) return true;
  if (process.env['CI']) throw new Error(`no ${what}, which the tests need in CI`);
  console.warn(`No ${what}: the tests that need it are skipped.`);
  return false;
}

/** A PostgreSQL at 127.0.0.1:5432. */
export async function hasPostgres(): Promise<boolean> {
  const isThere = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: 5432, timeout: 10_000 });
    const answer = (reachable: boolean) => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
  return needed('PostgreSQL at 127.0.0.1:5432', isThere);
}

/** A program on the path. @param flag one with which it says who it is, and ends */
export function hasProgram(name: string, flag: string): boolean {
  return needed(`${name} on the path`, spawnSync(name, [flag], { env: ENV }).status === 0);
}

/** Python as Debian has it, and modules that Debian packages, too. */
export const PYTHON = '/usr/bin/python3';

/** Whether Python has these modules. */
export function hasPython(...modules: readonly string[]): boolean {
  const { status } = spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`]);
  return needed(`${modules.join(' and ')} in ${PYTHON}`, status === 0);
}

/** The folder of PostgreSQL's programs, for tests that kill one of their own; Debian has them by version. */
export function binOfPostgres(): string | undefined {
  const places = [
    ...(process.env['PATH'] ?? '').split(':'),
    ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
  ];
  const found = places.find((place) => ['initdb', 'postgres'].every((name) => existsSync(join(place, name))));
  return needed('initdb and postgres on the path', found !== undefined) ? found : undefined;
}

/** Whether disks can be mounted that are only memory, which root may. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'duet-test-mount-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (isMounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return needed('tmpfs that can be mounted', isMounted);
}
