import { undoAll } from './cleanup.ts';
import { parseOptions, UsageError, usage } from './options.ts';
import { Results } from './report/results.ts';
import { tablesOf } from './report/table.ts';
import { scenarios } from './scenarios/all.ts';

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
  await undoAll();
}

async function run(options: NonNullable<ReturnType<typeof parseOptions>>): Promise<void> {
  const results = new Results();
  for (const name of options.only) {
    // One scenario that fails does not take the others' figures with it.
    await scenarios[name]({ options, results, say: (line) => console.error(line) }).catch(
      (error: unknown) => {
        console.error(`${name} failed:`, error);
        process.exitCode = 1;
      },
    );
    console.log(`\n${tablesOf(results, name)}\n`);
  }
}
