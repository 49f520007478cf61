import { sections } from './cases/sections.ts';
import { parseOptions, UsageError, usage } from './options.ts';
import { count, textReport } from './report.ts';
import { checkServer, Unreachable } from './suite.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  if (!options) {
    console.log(usage);
  } else {
    const results = await checkServer(options);
    const counts = count(results);
    console.log(options.json ? JSON.stringify({ counts, results }, null, 2) : textReport(sections, results));
    process.exitCode = counts.fails > 0 ? 1 : 0;
  }
} catch (error) {
  if (!(error instanceof UsageError || error instanceof Unreachable)) throw error;
  console.error(`conformance: ${error.message}`);
  process.exitCode = 2;
}
