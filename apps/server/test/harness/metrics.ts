import { expect } from 'vitest';
import { request } from './http.ts';

/** What every server of these tests takes. */
export const METRICS_TOKEN = 'a-token-of-prometheus';

/** What `/metrics` says. */
export interface Sample {
  /** Names of the families, as their TYPE lines have them. */
  readonly names: readonly string[];
  readonly text: string;
  /** The number of a series; undefined when there is none. @param labels in the order of the answer: `kind="inbox"` */
  of(name: string, labels?: string): number | undefined;
}

export async function readMetrics(url: string): Promise<Sample> {
  const answer = await request(url, 'GET', '/metrics', { token: METRICS_TOKEN });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const series = new Map<string, number>();
  for (const line of answer.text.split('\n')) {
    const [, name, value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    if (name !== undefined) series.set(name, Number(value));
  }
  return {
    names: [...answer.text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name),
    text: answer.text,
    of: (name, labels) => series.get(labels === undefined ? name : `${name}{${labels}}`),
  };
}
