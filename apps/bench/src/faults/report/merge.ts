import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { markdownOf } from './markdown.ts';
import type { RunResult } from './result.ts';

const PUBLISHED = fileURLToPath(new URL('../../../results/faults.json', import.meta.url));
const MARKDOWN = fileURLToPath(new URL('../../../FAULTS.md', import.meta.url));

/** It is our own file: what stands in it was typed when it was written. */
const report = z.object({
  runs: z.array(z.custom<RunResult>((run) => typeof run === 'object' && run !== null)),
});

/** Puts a run into a file of them, in place of one with the same plan. The published file also becomes FAULTS.md. */
export function merge(file: string, result: RunResult): void {
  const key = (run: RunResult) => JSON.stringify(run.plan);
  const others = read(file).filter((run) => key(run) !== key(result));
  const runs = [...others, result];
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ runs }, null, 2)}\n`);
  if (resolve(file) === PUBLISHED) writeFileSync(MARKDOWN, markdownOf(runs));
}

function read(file: string): readonly RunResult[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return []; // the first one
  }
  return report.parse(JSON.parse(text)).runs;
}
