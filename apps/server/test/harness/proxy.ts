import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWhenDead } from '@duet/testing/leftovers';
import { freePort } from '@duet/testing/port';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { PATIENCE_MS } from '@duet/testing/wait';
import { vi } from 'vitest';
import { bounded } from './socket.ts';

/** One of the files in `proxies/`, run as it is but for ports, folders and what a test fills in. */
export interface RunningProxy {
  readonly url: string;
  /** All that it wrote. */
  log(): string;
  /** Reads its file again, with that filled in; what it had begun goes on. */
  reload(fillIn: FillIn): Promise<void>;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** Of the nodes, in the order of the file. */
  readonly ports: readonly [string, string];
  readonly fillIn?: FillIn;
}

type FillIn = (text: string) => string;
type Run = (folder: string) => { readonly file: string; readonly command: string[]; readonly fillIn: FillIn };

/** The proxies there are on this machine; see `vitest.config.ts`. */
export const PROXIES = (process.env['TEST_PROXIES'] ?? '').split(' ').filter((name) => name !== '');

const RUN = new Map<string, Run>([
  [
    'nginx',
    (folder) => {
      // Where Debian's would keep them, only root may write.
      const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const folders = temp.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
      return {
        file: 'nginx.conf',
        command: ['nginx', '-e', `${folder}/logs/start.log`, '-g', 'daemon off;', '-p', folder, '-c'],
        fillIn: (text) => text.replace('http {', `http { ${folders}`),
      };
    },
  ],
  ['haproxy', () => ({ file: 'haproxy.cfg', command: ['haproxy', '-db', '-f'], fillIn: (text) => text })],
]);

export async function startProxy(
  name: string,
  { ports, fillIn = asItIs }: ProxyOptions,
): Promise<RunningProxy> {
  const folder = scratchFolder();
  const run = RUN.get(name)?.(folder);
  if (!run) throw new Error(`no proxy is called ${name}`);
  const port = await freePort();
  const file = join(folder, run.file);
  const shipped = readFileSync(new URL(`../../proxies/${run.file}`, import.meta.url), 'utf8')
    .replace(/^( *listen )8080;/m, `$1127.0.0.1:${port};`)
    .replace(/^( *bind ):8080$/m, `$1127.0.0.1:${port}`)
    .replaceAll('127.0.0.1:8081', `127.0.0.1:${ports[0]}`)
    .replaceAll('127.0.0.1:8082', `127.0.0.1:${ports[1]}`);
  const write = (change: FillIn) => writeFileSync(file, change(fillIn(run.fillIn(shipped))));
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  write(asItIs);
  const [program = '', ...args] = run.command;
  const child = spawn(program, [...args, file], {
    env: { PATH: `${process.env['PATH']}:/usr/sbin` }, // where Debian has them; not everybody's path names it
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWhenDead(child, 'SIGTERM'); // which ends its workers, too
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const log = () =>
    [output, ...readdirSync(logs).map((of) => readFileSync(join(logs, of), 'utf8'))].join('\n');
  const stop = async () => {
    child.kill('SIGTERM');
    await bounded('the end of the proxy', exit);
    removeFolder(folder);
  };
  let version = 0;
  /** Waits until it answers, by the file as it is now. */
  const serves = () =>
    vi.waitFor(
      async () => {
        const answer = await fetch(`${url}/healthz`).catch((cause: unknown) => {
          throw new Error(`no answer: ${log()}`, { cause });
        });
        if (!answer.ok || Number(answer.headers.get('x-version') ?? 0) < version) throw new Error(log());
      },
      { timeout: PATIENCE_MS, interval: 20 },
    );
  try {
    await serves();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    log,
    stop,
    reload: async (change) => {
      version += 1;
      write((text) => change(text).replace(/^( *listen .*)$/m, `$1 add_header X-Version ${version};`));
      child.kill('SIGHUP');
      await serves();
    },
  };
}

function asItIs(text: string): string {
  return text;
}
