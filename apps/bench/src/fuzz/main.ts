import { isEnding, undoAll } from '../cleanup.ts';
import { UsageError } from '../options.ts';
import { describe } from './finding.ts';
import { type FuzzOptions, parseFuzzOptions, usage } from './options.ts';
import { type Report, runFuzz } from './run.ts';
import { startTarget, type Target } from './server.ts';

/** Every request is answered within this, on a slow machine too. */
const BOUND_MS = 15_000;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error('\nstopping');
    void undoAll().then(() => process.exit(1));
  });
}

try {
  const options = parseFuzzOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else await fuzz(options);
} catch (error) {
  if (!isEnding()) console.error(error instanceof UsageError ? `fuzz: ${error.message}` : error);
  process.exitCode = 1;
} finally {
  if (!isEnding()) await undoAll();
}

async function fuzz(options: FuzzOptions): Promise<void> {
  const { seed, only } = options;
  console.log(`seed ${seed}`);
  const target = options.url === undefined ? await startTarget(options.database) : targetAt(options.url);
  const report = await runFuzz(target, { ...options, boundMs: BOUND_MS }, (line) => console.error(line));
  for (const finding of report.findings) console.log(`\n${describe(finding, seed, only !== undefined)}`);
  console.log(`\n${summary(report)}`);
  if (report.findings.length > 0) process.exitCode = 1;
}

/** A server that somebody else runs: it can be talked to, and not looked into. @throws UsageError */
function targetAt(url: string): Target {
  const { hostname, port } = new URL(url);
  if (!['127.0.0.1', 'localhost'].includes(hostname))
    throw new UsageError('--url: must be a server on this machine');
  const secret = process.env['JWT_SECRET'];
  if (!secret) throw new UsageError('--url: needs the JWT_SECRET of that server in the environment');
  return { port: Number(port || 80), secret, process: undefined, stop: async () => {} };
}

function summary({ requests, frames, messages, seconds, heaps, findings }: Report): string {
  const heap = heaps.map((bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`).join(', then ');
  return `${requests} requests and ${frames} frames in ${seconds.toFixed(0)} s; ${messages} messages stored; heap ${heap || 'not looked at'}; ${findings.length} findings`;
}
