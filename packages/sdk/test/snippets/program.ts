import { spawn } from 'node:child_process';

/** However slow the machine is, a snippet is through by then. */
const LIMIT_MS = 240_000;

/** Ends a program when its standard input does: nothing outlives whoever started it, however that ended. */
const DIE_WITH_PARENT = 'data:text/javascript,process.stdin.on("end",()=>process.exit(1)).resume().unref()';

/** Where snippets run: in a folder that `writeSnippets` made, on a Node. */
export interface Place {
  readonly folder: string;
  readonly node: string;
  /** Of that Node. */
  readonly version: number;
  /** The server that the snippets talk to. */
  readonly url: string;
  /** Ends every program at once. */
  readonly signal?: AbortSignal;
}

/** A snippet that runs. */
export interface Program {
  /** Resolves with its output when that has the text. @throws when it ends before that, or is not through in time */
  says(text: string | RegExp): Promise<string>;
  /** Resolves with its output when it is through. @throws when it fails */
  ends(): Promise<string>;
}

/** Runs a file of the place while `use` looks at it, and ends it. */
export async function withProgram(
  { folder, node, signal }: Place,
  args: readonly string[],
  token: string,
  use: (program: Program) => Promise<void>,
): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const child = spawn(node, ['--import', DIE_WITH_PARENT, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], DUET_TOKEN: token },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: AbortSignal.any(signal ? [limit, signal] : [limit]),
    killSignal: 'SIGKILL',
  });
  let output = '';
  let look = () => {};
  const ended = () =>
    new Error(`${args.join(' ')} ${limit.aborted ? 'was not through in time' : 'ended'}:\n${output}`);
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      look();
    });
  let isOver = false;
  child.once('error', () => {}); // `close` comes after it
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      isOver = true;
      look();
      resolve();
    });
  });
  const broken = closed.then(() => {
    if (child.exitCode !== 0) throw ended();
  });
  const until = (holds: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      look = () => {
        if (holds()) resolve(output);
        else if (isOver) reject(ended());
      };
      look();
    });
  const looked = use({
    says: (text) => until(() => (typeof text === 'string' ? output.includes(text) : text.test(output))),
    ends: () => until(() => isOver && child.exitCode === 0),
  });
  try {
    // Whatever else is waited for, a program that fails is the end of it.
    await Promise.race([looked, broken.then(() => looked)]);
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
}
