import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { METRICS_TOKEN, readMetrics, type Sample } from '../harness/metrics.ts';
import { startServer, type TestServer } from '../harness/server.ts';

// OBSERVABILITY.md, the dashboard and the alerts speak of the metrics there are, and of their labels.

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
/** What Prometheus itself adds. */
const ITS_OWN = ['instance', 'job', 'le'];

let server: TestServer;
let sample: Sample;
beforeAll(async () => {
  server = await startServer({ METRICS_TOKEN });
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  await ada.send((await ada.open(ben)).id, 'hello');
  sample = await readMetrics(server.url);
});
afterAll(() => server.stop());

/** The tables of OBSERVABILITY.md: every metric, and its labels. */
const documented = new Map(
  [...read('OBSERVABILITY.md').matchAll(/^\| `(duet_\w+)` +\|([^|]*)\|/gm)].map(
    ([, name = '', labels = '']) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label)],
  ),
);

const alerts = z
  .object({
    groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
  })
  .parse(parse(read('observability/alerts.yml')));
const dashboard = z
  .object({
    panels: z.array(
      z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }),
    ),
    templating: z.object({ list: z.array(z.looseObject({ definition: z.string().optional() })) }),
  })
  .parse(JSON.parse(read('observability/grafana.json')));
const expressions = [
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
];

test('OBSERVABILITY.md lists every metric, and no other', () => {
  expect([...documented.keys()].sort()).toEqual(
    sample.names.filter((name) => name.startsWith('duet_')).sort(),
  );
});

test('OBSERVABILITY.md lists the labels of every series', () => {
  const series = [...sample.text.matchAll(/^(duet_\w+?)(?:_bucket|_sum|_count)?\{(.*)\} /gm)];
  expect(series.length).toBeGreaterThan(20);
  for (const [, name = '', text = ''] of series) {
    const labels = [...text.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
    expect(labels.filter((label) => label !== 'le').sort(), name).toEqual(
      [...(documented.get(name) ?? [])].sort(),
    );
  }
});

test('the dashboard and the alerts name metrics and labels that exist', () => {
  expect(expressions.length).toBeGreaterThan(50);
  for (const expression of expressions) {
    const named = [...expression.matchAll(/\b(?:duet|nodejs|process)_\w+/g)].map(([name]) => name);
    const families = named.map((name) =>
      sample.names.includes(name) ? name : name.replace(/_(?:bucket|sum|count)$/, ''),
    );
    expect(sample.names, expression).toEqual(expect.arrayContaining(families));
    if (named.length === 0) expect(expression).toBe('up{job="duet"} == 0');
    const labels = [
      ...[...expression.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label),
      ...[...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */)),
    ];
    const known = [...ITS_OWN, ...families.flatMap((name) => documented.get(name) ?? [])];
    expect(known, expression).toEqual(expect.arrayContaining(labels));
  }
});

test('the dashboard shows every metric', () => {
  const all = expressions.join(' ');
  const isShown = (name: string) => new RegExp(`${name}(_bucket|_sum|_count)?\\b`).test(all);
  expect([...documented.keys()].filter((name) => !isShown(name))).toEqual([]);
});

test('the scrape takes the token from a file', () => {
  const { scrape_configs, rule_files } = z
    .object({
      rule_files: z.array(z.string()),
      scrape_configs: z.array(z.object({ authorization: z.object({ credentials_file: z.string() }) })),
    })
    .parse(parse(read('observability/prometheus.yml')));
  expect(rule_files).toEqual(['alerts.yml']);
  expect(scrape_configs).toHaveLength(1);
});
