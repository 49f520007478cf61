import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWhenDead } from '@duet/testing/leftovers';
import { freePort } from '@duet/testing/port';
import { bounded } from './socket.ts';

/** A NATS of one test's own. */
export interface NatsServer {
  readonly url: string;
  /** Kills it. */
  stop(): Promise<void>;
}

/** Whether there is a `nats-server` to start; see `vitest.config.ts`. */
export const withNats = process.env['TEST_NATS'] === 'yes';

/** @param options of `nats-server`; without a port it gets one that it can come back to */
export async function startNats(options: { port?: string; args?: string[] } = {}): Promise<NatsServer> {
  const { port = String(await freePort()), args = [] } = options;
  const child = spawn('nats-server', ['-a', '127.0.0.1', '-p', port, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  endWhenDead(child);
  let output = '';
  const ready = new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, listening] = /client connections on 127\.0\.0\.1:(\d+)/.exec(output) ?? [];
      if (listening && output.includes('Server is ready')) resolve(listening);
    });
  });
  const exit = once(child, 'exit');
  const failed = exit.then(() => {
    throw new Error(`nats-server ended: ${output}`);
  });
  failed.catch(() => {});
  const listening = await bounded('NATS', Promise.race([ready, failed]));
  return {
    url: `nats://127.0.0.1:${listening}`,
    stop: async () => {
      child.kill('SIGKILL');
      await bounded('the end of NATS', exit);
    },
  };
}
