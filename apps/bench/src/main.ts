import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isEnding, undoAll } from './cleanup.ts';
import { type Options, parseOptions, UsageError, usage } from './options.ts';
import { writeCharts } from './report/charts.ts';
import { writeJson } from './report/json.ts';
import { Results } from './report/results.ts';
import { tablesOf } from './report/table.ts';
import { scenarios } from './scenarios/all.ts';
import { describeDatabase } from './servers/database.ts';

const WARM_UP_SECONDS = 2;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error('\nstopping');
    void undoAll().then(() => process.exit(1));
  });
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await run(options);
  else console.log(usage);
} catch (error) {
  console.error(error instanceof UsageError ? `bench: ${error.message}` : error);
  process.exitCode = 1;
} finally {
  if (!isEnding()) await undoAll();
}

async function run(options: Options): Promise<void> {
  await checkFirst(options);
  const results = new Results();
  const duration = { warmUp: WARM_UP_SECONDS, seconds: options.seconds };
  const say = (line: string) => console.error(line);
  for (const name of options.only) {
    // One scenario that fails does not take the others' figures with it.
    await scenarios[name]({ options, duration, results, say }).catch((error: unknown) => {
      process.exitCode = 1;
      if (!isEnding()) console.error(`${name} failed:`, error);
    });
    if (isEnding()) return;
    console.log(`\n${tablesOf(results, name)}\n`);
  }
  if (options.json) await writeJson(options.json, results, options);
  if (options.charts) {
    await writeJson(inThisPackage('results/latest.json'), results, options);
    for (const file of writeCharts(inThisPackage('charts'), results)) console.error(file);
  }
}

/** What would otherwise only show after everything was measured. @throws UsageError */
async function checkFirst({ database, json }: Options): Promise<void> {
  if (process.platform !== 'linux')
    throw new UsageError('processor time and memory are read as Linux tells them');
  const why = (error: unknown) => (error instanceof Error ? error.message : String(error));
  await describeDatabase(database).catch((error: unknown) => {
    throw new UsageError(`--database: ${why(error)}`);
  });
  try {
    if (json !== undefined) closeSync(openSync(json, 'a'));
  } catch (error) {
    throw new UsageError(`--json: ${why(error)}`);
  }
}

function inThisPackage(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
