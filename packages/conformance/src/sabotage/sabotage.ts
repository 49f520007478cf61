import { fileURLToPath } from 'node:url';

/** A fault that is put into a program on purpose: in one of its files, one piece of source is another. */
export interface Bug {
  /** The end of the file's path, as `domain/messages/send.ts`. */
  readonly file: string;
  /** What stands there; a file that does not have it exactly once does not load. */
  readonly find: string;
  readonly replace: string;
}

/** The variable in which the hook finds its bugs. */
export const BUGS_VARIABLE = 'SABOTAGE';

const HOOK = fileURLToPath(new URL('./hook.ts', import.meta.url));

/** What to start Node with so that a program has these bugs: arguments before its file, and variables. */
export function withBugs(bugs: readonly Bug[]): { execArgv: string[]; env: Record<string, string> } {
  return { execArgv: ['--import', HOOK], env: { [BUGS_VARIABLE]: JSON.stringify(bugs) } };
}
