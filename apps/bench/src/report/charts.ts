import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScenarioName } from '../scenarios/names.ts';
import { barChart } from './chart.ts';
import type { Metric, Results } from './results.ts';

interface Chart {
  readonly file: string;
  readonly scenario: ScenarioName;
  readonly metric: Metric;
  readonly title: string;
}

const CHARTS: readonly Chart[] = [
  {
    file: 'sends',
    scenario: 'sends',
    metric: 'rate',
    title: 'Messages stored and delivered to both sides, per second: more is better',
  },
  {
    file: 'sends-cpu',
    scenario: 'sends',
    metric: 'serverCpu',
    title: 'Processor time of the server, µs a message: less is better',
  },
  {
    file: 'open-loop',
    scenario: 'open-loop',
    metric: 'p50',
    title: 'Latency at a fixed rate, median in ms: less is better',
  },
  {
    file: 'lone',
    scenario: 'lone',
    metric: 'p50',
    title: 'Latency of one sender alone, median in ms: less is better',
  },
  {
    file: 'rest',
    scenario: 'rest',
    metric: 'rate',
    title: 'REST answers per second, 32 connections: more is better',
  },
  {
    file: 'idle',
    scenario: 'idle',
    metric: 'socketKb',
    title: 'Memory of an idle socket, KB: less is better',
  },
  {
    file: 'sockets',
    scenario: 'sockets',
    metric: 'serverCpu',
    title: 'Processor time of the server, µs a message, by how many sockets are open',
  },
  {
    file: 'history',
    scenario: 'history',
    metric: 'cpu',
    title: 'Processor time of server and database, µs, by how long the history is',
  },
  {
    file: 'conversations',
    scenario: 'conversations',
    metric: 'cpu',
    title: 'Processor time of server and database, µs a list',
  },
  {
    file: 'embedded',
    scenario: 'embedded',
    metric: 'rate',
    title: 'Messages per second on the embedded database: more is better',
  },
  {
    file: 'nodes',
    scenario: 'nodes',
    metric: 'rate',
    title: 'Messages per second across nodes: more is better',
  },
];

/** Draws what was measured. @returns the files written */
export function writeCharts(folder: string, results: Results): string[] {
  mkdirSync(folder, { recursive: true });
  return CHARTS.flatMap(({ file, scenario, metric, title }) => {
    const series = results.series.filter((one) => one.scenario === scenario);
    if (series.length === 0) return [];
    const path = join(folder, `${file}.svg`);
    writeFileSync(path, barChart(title, series, metric));
    return [path];
  });
}
