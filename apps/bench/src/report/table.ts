import { type Spread, spreadOf } from '../measure/statistics.ts';
import { type Metric, metricNames, metrics, type Results, ratioOf, type Series } from './results.ts';

/** Those that others are measured against, where they take part. */
const YARDSTICKS = ['relay', 'express'];
/** A ratio of these says something. */
const COMPARED: readonly Metric[] = ['rate', 'p50', 'p99', 'serverCpu', 'databaseCpu', 'cpu', 'socketKb'];

/** All cases of a scenario: each contender's figures, then its ratios to the yardsticks. */
export function tablesOf(results: Results, scenario: string): string {
  const all = results.series.filter((series) => series.scenario === scenario);
  const variants = [...new Set(all.map(({ variant }) => variant))];
  return variants.map((variant) => tableOf(all.filter((series) => series.variant === variant))).join('\n\n');
}

function tableOf(series: readonly Series[]): string {
  const columns = metricNames.filter((metric) => series.some(({ figures }) => figures[metric]));
  const rows = [
    [`${series[0]?.scenario}, ${series[0]?.variant}`, ...columns.map((metric) => metrics[metric].label)],
  ];
  for (const one of series) rows.push([one.contender, ...columns.map((metric) => figureOf(one, metric))]);
  for (const [ours, theirs] of comparisons(series)) {
    rows.push([
      `${ours.contender} ÷ ${theirs.contender}`,
      ...columns.map((metric) => times(ours, theirs, metric)),
    ]);
  }
  return aligned(rows);
}

/** Each contender against each yardstick; where there is none, each against the first. */
function comparisons(series: readonly Series[]): [Series, Series][] {
  const yardsticks = series.filter(({ contender }) => YARDSTICKS.includes(contender));
  const others = series.filter((one) => !yardsticks.includes(one));
  if (yardsticks.length > 0)
    return yardsticks.flatMap((theirs) => others.map((ours): [Series, Series] => [ours, theirs]));
  const [first, ...rest] = others;
  return first ? rest.map((ours) => [ours, first]) : [];
}

function figureOf({ figures }: Series, metric: Metric): string {
  const values = figures[metric];
  return values ? show(spreadOf(values), metrics[metric].digits) : '–';
}

function times(ours: Series, theirs: Series, metric: Metric): string {
  const ratio = COMPARED.includes(metric) ? ratioOf(ours, theirs, metric) : undefined;
  return ratio ? show(ratio, 2) : '';
}

function show({ median, min, max }: Spread, digits: number): string {
  const [middle, low, high] = [median, min, max].map((value) => format(value, digits));
  return low === high ? `${middle}` : `${middle} (${low}–${high})`;
}

export function format(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function aligned(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) => row.map((cell, i) => (i ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))))
    .map((row) => row.join('  ').trimEnd())
    .join('\n');
}
