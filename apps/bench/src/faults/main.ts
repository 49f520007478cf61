import { isEnding, undoAll } from '../cleanup.ts';
import { UsageError } from '../options.ts';
import { natsVersion } from './deployment/nats.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { merge } from './report/merge.ts';
import { describe } from './report/text.ts';
import { type Plan, run } from './run.ts';

/** Three in a conversation's devices, mostly, and three conversations to a person. */
const CROWD = { people: 40, conversations: 60, outsiders: 4 };

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error('\nstopping');
    void undoAll().then(() => process.exit(1));
  });
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await runAll(options);
  else console.log(usage);
} catch (error) {
  if (!isEnding()) console.error(error instanceof UsageError ? `faults: ${error.message}` : error);
  process.exitCode = 1;
} finally {
  // A signal ends it when everything is undone; else now: what was left half-open must not keep it.
  if (!isEnding()) {
    await undoAll();
    process.exit();
  }
}

async function runAll(options: Options): Promise<void> {
  for (const plan of plansOf(options)) {
    const result = await run(plan, (line) => console.error(line));
    console.log(describe(result));
    if (!result.passed) process.exitCode = 1;
    if (options.out !== undefined) merge(options.out, result);
  }
}

function plansOf({ seed, minutes, deployments, rate, every, bus, bugs }: Options): Plan[] {
  const each = bugs.length > 0 ? bugs : [undefined];
  const plans = deployments.flatMap((deployment) =>
    // Without a word about it, every other seed has NATS.
    each.map((bug) => {
      const joinedBy = bus ?? (seed % 2 === 0 ? 'postgres' : 'nats');
      return { seed, minutes, deployment, bus: joinedBy, rate, every, bug, crowd: CROWD } as const;
    }),
  );
  if (plans.some((plan) => plan.deployment === 'nodes' && plan.bus === 'nats') && natsVersion() === undefined)
    throw new UsageError('--bus nats: there is no nats-server on the path');
  return plans;
}
