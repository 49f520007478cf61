import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '@duet/testing/port';
import { bound } from '../../servers/child.ts';
import { type Mortal, startMortal } from './mortal.ts';

// Debian has it where not everybody's path looks.
const PATH = `${process.env['PATH']}:/usr/sbin`;

/** Undefined when there is no NATS to start. */
export function natsVersion(): string | undefined {
  const { status, stdout } = spawnSync('nats-server', ['--version'], { encoding: 'utf8', env: { PATH } });
  return status === 0 ? stdout.match(/[\d.]+/)?.[0] : undefined;
}

/** A NATS of one run's own. */
export async function startNats(folder: string): Promise<{ process: Mortal; port: number }> {
  const port = await freePort();
  const nats = await startMortal({
    name: 'nats',
    command: bound(['nats-server', ['-a', '127.0.0.1', '-p', String(port)]]),
    env: { PATH },
    port,
    log: join(folder, 'nats.log'),
  });
  return { process: nats, port };
}
