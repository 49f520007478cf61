import { parseOptions } from '../../src/options.ts';
import type { Result } from '../../src/run.ts';
import { checkServer } from '../../src/suite.ts';

/** Where everything comes nobody waits in vain, however slow the machine. */
export const PATIENT = ['--patience', '120'];

/** Runs the suite as its command line would. */
export async function check(...args: string[]): Promise<readonly Result[]> {
  const options = parseOptions(args);
  if (!options) throw new Error('no options');
  return checkServer(options);
}

export function idsOf(results: readonly Result[], outcome: Result['outcome']): string[] {
  return results.flatMap((result) => (result.outcome === outcome ? [result.id] : []));
}

/** What failed, with all that is known of it, for whoever reads the test’s output. */
export function failures(results: readonly Result[]): readonly Result[] {
  return results.filter(({ outcome }) => outcome === 'fails');
}
