// Runs `test:matrix` when its inputs have changed since it last passed, and records them. `--check` says whether they have.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isOfSdk, ROOT, snippets } from './snippets.ts';

// What the package is made of, the server that the snippets talk to, and what runs them. Of the documents the snippets
// alone: prose and figures change daily, and the versions that they name are compared with the matrix in `test`.
const INPUTS = [
  '.ci/matrix.ts',
  '.ci/snippets.ts',
  'apps/server/src',
  'packages/contract/src',
  'packages/sdk/*.json',
  'packages/sdk/scripts',
  'packages/sdk/src',
  'packages/sdk/test/harness/until.ts',
  'packages/sdk/test/snippets',
  'packages/testing/src',
  'pnpm-lock.yaml',
  'tsconfig.base.json',
];
const RECORD = join(ROOT, '.ci/matrix.sha256');
const LIMIT_MINUTES = 30;
const GRACE_MS = 30_000;

/** Of the files as they are now: tracked, or not yet and not ignored. */
function hashOfInputs(): string {
  const args = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
    '--',
    ...INPUTS,
  ];
  const files = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  const hash = createHash('sha256');
  for (const file of files.filter((file) => existsSync(join(ROOT, file))).sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  for (const snippet of snippets())
    if (isOfSdk(snippet) || /^npm i /m.test(snippet.text)) hash.update(`${snippet.text}\0`);
  return hash.digest('hex');
}

/** @returns whether it passed; nothing that it started is left */
async function runMatrix(): Promise<boolean> {
  const child = spawn('npx', ['--yes', 'pnpm@12', 'test:matrix'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let isStopped = false;
  const stop = (why: string) => {
    if (isStopped) return;
    console.error(`matrix: ${why}`);
    isStopped = true;
    signalGroup(child, 'SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stop('interrupted'));
  const timer = setTimeout(() => stop(`not through within ${LIMIT_MINUTES} minutes`), LIMIT_MINUTES * 60_000);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  clearTimeout(timer);
  // pnpm may be gone while the run below it is still tidying up.
  const end = performance.now() + GRACE_MS;
  while (signalGroup(child, 0) && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 100));
  signalGroup(child, 'SIGKILL');
  return code === 0 && !isStopped;
}

/** @returns whether anything of the group is there */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    return pid !== undefined && process.kill(-pid, signal);
  } catch {
    return false;
  }
}

const { check } = parseArgs({ options: { check: { type: 'boolean' } } }).values;
const before = hashOfInputs();
const recorded = existsSync(RECORD) ? readFileSync(RECORD, 'utf8').trim() : '';
if (recorded === before) {
  console.log('the matrix passed for these inputs');
} else if (check) {
  console.error('the matrix has not passed for these inputs: node .ci/matrix.ts');
  process.exitCode = 1;
} else if (!(await runMatrix())) {
  process.exitCode = 1;
} else if (hashOfInputs() !== before) {
  console.error('matrix: the inputs changed meanwhile; nothing is recorded');
  process.exitCode = 1;
} else if (process.env['CI']) {
  console.log(`the matrix passed; .ci/matrix.sha256 should be ${before}`);
} else {
  writeFileSync(RECORD, `${before}\n`);
  console.log('the matrix passed, which is recorded in .ci/matrix.sha256');
}
