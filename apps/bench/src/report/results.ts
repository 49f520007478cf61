import { ratios, type Spread, spreadOf } from '../measure/statistics.ts';

/** What is measured, and how it reads. */
export const metrics = {
  rate: { label: 'per second', digits: 0 },
  p50: { label: 'p50 ms', digits: 2 },
  p99: { label: 'p99 ms', digits: 2 },
  serverCpu: { label: 'server CPU µs', digits: 1 },
  databaseCpu: { label: 'database CPU µs', digits: 1 },
  cpu: { label: 'both µs', digits: 1 },
  generatorCpu: { label: 'generator CPU µs', digits: 1 },
  lag: { label: 'sent late, p50 ms', digits: 2 },
  disordered: { label: 'order violations', digits: 0 },
  socketKb: { label: 'KB per socket', digits: 1 },
  floodPerSecond: { label: 'flooded/s', digits: 0 },
  floodStoredPerSecond: { label: 'of it stored/s', digits: 0 },
  residentMb: { label: 'resident MB', digits: 0 },
  connectsPerSecond: { label: 'connects/s', digits: 0 },
  errors: { label: 'errors', digits: 0 },
} as const;

export type Metric = keyof typeof metrics;
export type Measured = Partial<Record<Metric, number>>;

/** The figures of one contender in one case of a scenario, one of each metric for every round. */
export interface Series {
  readonly scenario: string;
  readonly variant: string;
  readonly contender: string;
  readonly figures: Partial<Record<Metric, number[]>>;
}

/** Everything measured so far. */
export class Results {
  readonly series: Series[] = [];

  add(scenario: string, variant: string, contender: string, measured: Measured): void {
    const { figures } = this.find(scenario, variant, contender) ?? this.#start(scenario, variant, contender);
    for (const metric of metricNames) {
      const value = measured[metric];
      if (value === undefined) continue;
      figures[metric] ??= [];
      figures[metric].push(value);
    }
  }

  find(scenario: string, variant: string, contender: string): Series | undefined {
    return this.series.find(
      (one) => one.scenario === scenario && one.variant === variant && one.contender === contender,
    );
  }

  #start(scenario: string, variant: string, contender: string): Series {
    const series: Series = { scenario, variant, contender, figures: {} };
    this.series.push(series);
    return series;
  }
}

export const metricNames = Object.keys(metrics).filter((name): name is Metric => name in metrics);

/** How often ours is theirs, round by round. */
export function ratioOf(ours: Series, theirs: Series, metric: Metric): Spread | undefined {
  const [a, b] = [ours.figures[metric], theirs.figures[metric]];
  return a && b && spreadOf(ratios(a, b));
}
