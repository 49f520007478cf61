import type { Duration } from '../measure/measure.ts';
import type { Options } from '../options.ts';
import type { Results } from '../report/results.ts';

/** What a scenario is given. */
export interface Bench {
  readonly options: Options;
  readonly duration: Duration;
  readonly results: Results;
  /** A line for whoever watches. */
  readonly say: (line: string) => void;
}

export type Scenario = (bench: Bench) => Promise<void>;
