import type { Options } from '../options.ts';
import type { Results } from '../report/results.ts';

/** What a scenario is given. */
export interface Bench {
  readonly options: Options;
  readonly results: Results;
  /** A line for whoever watches. */
  readonly say: (line: string) => void;
}

export type Scenario = (bench: Bench) => Promise<void>;

export const WARM_UP_SECONDS = 2;
