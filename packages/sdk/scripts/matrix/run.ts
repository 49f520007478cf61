import { spawn } from 'node:child_process';

const LIMIT_MS = 300_000;

/** npm asks nothing, and gives up within seconds where there is no network. */
const NPM = {
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  npm_config_prefer_offline: 'true',
  npm_config_fetch_retries: '1',
  npm_config_fetch_retry_mintimeout: '1000',
};

/** Nor do the platforms' own programs call home. */
const QUIET = { NEXT_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', DENO_NO_UPDATE_CHECK: '1', CI: '1' };

/** What npm says when it reaches no registry. */
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b/;

/** For whoever started the run, in one line. */
export class Stop extends Error {}

/**
 * Runs a program to its end, and ends it with everything that it started when the run is.
 * @throws Stop when there is no network, or else an error with what it printed
 */
export function run(cwd: string, signal: AbortSignal, file: string, ...args: string[]): Promise<void> {
  signal.throwIfAborted();
  const env = { ...process.env, ...NPM, ...QUIET };
  // A group of its own: what npm started would write on in a folder that is being removed.
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const end = () => {
    if (pid !== undefined && child.exitCode === null) process.kill(-pid, 'SIGKILL');
  };
  const timer = setTimeout(end, LIMIT_MS);
  signal.addEventListener('abort', end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      const [unreachable] = (file !== process.execPath && UNREACHABLE.exec(output)) || [];
      if (code === 0) resolve();
      else if (signal.aborted) reject(new Stop('interrupted'));
      else if (unreachable) reject(new Stop(`npm reaches no registry (${unreachable}): is there a network?`));
      else reject(new Error(`${[file, ...args].join(' ')} ended with ${code}\n${output}`));
    });
  });
}
