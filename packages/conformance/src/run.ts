import type { Case, Section } from './case.ts';
import { Failure, NotApplicable, TooFast, TooSlow } from './check.ts';
import { createContext } from './context.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import type { People } from './people/people.ts';
import { causeOf } from './wire/http.ts';
import type { Target } from './wire/target.ts';

/** What became of a case. */
export type Outcome =
  | { readonly outcome: 'holds' }
  | { readonly outcome: 'fails'; readonly what: string; readonly expected: string; readonly came: string }
  | { readonly outcome: 'not applicable'; readonly reason: string };

export type Result = Outcome & { readonly id: string; readonly title: string; readonly ms: number };

export interface RunOptions {
  readonly target: Target;
  readonly people: People;
  readonly hasAccounts: boolean;
}

/** So many cases at once: most wait for the server, and some for a time to pass. */
const CONCURRENCY = 8;
/** What a case may take besides a few waits. */
const CASE_MS = 20_000;
/** How often a case is run that the server found too fast, after which pause, or that was too slow. */
const MAX_TRIES = 5;
const PAUSE_MS = 10_000;

/** Runs the cases, several at once; the results come in the order of the cases. */
export async function runCases(sections: readonly Section[], options: RunOptions): Promise<Result[]> {
  const cases = sections.flatMap((section) => section.cases);
  const results: Result[] = [];
  // The last sections wait for times to pass, so they begin.
  const left = [...cases.entries()].reverse().values();
  const work = async () => {
    for (const [i, each] of left) {
      const began = performance.now();
      const outcome = await runCase(each, options);
      const ms = Math.round(performance.now() - began);
      results[i] = { id: each.id, title: each.title, ...outcome, ms };
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return results;
}

async function runCase(each: Case, options: RunOptions): Promise<Outcome> {
  for (let tries = 1; ; tries += 1) {
    const deadline = startDeadline(CASE_MS + 4 * options.target.patienceMs);
    const endings: (() => void)[] = [];
    let pauseMs: number;
    try {
      const context = createContext({ ...options, deadline, atEnd: (release) => endings.push(release) });
      await Promise.race([each.run(context), passed(deadline)]);
      return { outcome: 'holds' };
    } catch (error) {
      const isAgain = error instanceof TooFast || error instanceof TooSlow;
      if (!isAgain || tries >= MAX_TRIES) return outcomeOf(error);
      pauseMs = error instanceof TooFast ? PAUSE_MS : 0;
    } finally {
      deadline.end();
      for (const release of endings) release();
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function passed({ signal }: Deadline): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof NotApplicable) return { outcome: 'not applicable', reason: error.message };
  if (error instanceof Failure) {
    const { message: what, expected, came } = error;
    return { outcome: 'fails', what, expected, came };
  }
  return { outcome: 'fails', what: 'the case', expected: 'that it comes to its end', came: causeOf(error) };
}
