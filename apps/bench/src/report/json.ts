import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { spreadOf } from '../measure/statistics.ts';
import type { Options } from '../options.ts';
import { canPin } from '../servers/child.ts';
import { describeDatabase } from '../servers/database.ts';
import { metricNames, type Results } from './results.ts';

/** Everything that was measured, with what it was measured on. */
export async function writeJson(file: string, results: Results, options: Options): Promise<void> {
  const { rounds, seconds, generators, only } = options;
  const report = {
    date: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model,
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      node: process.version,
      pinned: canPin,
    },
    database: await describeDatabase(options.database),
    options: { only, rounds, seconds, generators },
    series: results.series.map(({ figures, ...series }) => ({
      ...series,
      figures: Object.fromEntries(
        metricNames.flatMap((metric) => {
          const values = figures[metric];
          return values ? [[metric, { ...spreadOf(values), rounds: values }]] : [];
        }),
      ),
    })),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, rounded, 2)}\n`);
}

/** More digits than anything here is exact to would only hide the figures. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value;
}
