import type { RunResult } from './result.ts';
import { nameOf } from './text.ts';

const SENDERS = { rest: 'REST', plain: 'sockets', inbox: '`duet.v1`', sdk: 'SDK' };

/** The report for people, made of the runs alone. */
export function markdownOf(runs: readonly RunResult[]): string {
  const honest = runs.filter(({ plan }) => plan.bug === undefined);
  const sabotaged = runs.filter(({ plan }) => plan.bug !== undefined);
  return `${[
    '# Fault runs',
    'Written by `npx --yes pnpm@12 faults --out apps/bench/results/faults.json`, which has every figure; what is done and what is held against it is in [the README](README.md#fault-runs).',
    ...section('Runs', honest, runTables),
    ...section('Bugs put back on purpose', sabotaged, bugTable),
    ...violationsOf(honest),
    ...section('Machine', runs, machineOf),
  ].join('\n\n')}\n`;
}

function section(title: string, runs: readonly RunResult[], body: (runs: readonly RunResult[]) => string[]) {
  return runs.length === 0 ? [] : [`## ${title}`, ...body(runs)];
}

function runTables(runs: readonly RunResult[]): string[] {
  const n = (value: number) => value.toLocaleString('en-US');
  return [
    table(
      ['', 'seed', 'minutes', 'sent', 'acknowledged', 'delivered', 'violations'],
      runs.map(({ plan, figures, violations, ...run }) => [
        nameOf({ plan, figures, violations, ...run }),
        String(plan.seed),
        String(plan.minutes),
        n(figures.sent),
        n(figures.acknowledged),
        n(figures.delivered),
        `**${n(violations.reduce((sum, { count }) => sum + count, 0))}**`,
      ]),
    ),
    'Deliveries count what came to each device, over a socket or on a page. _Lost answers_ are those that were cut off after the server had done what it was asked; _refused duplicates_ the retries through REST that were answered with the original. The SDK does not tell of its own retries, and they are not counted.',
    table(
      [
        '',
        'retries',
        'lost answers',
        'refused duplicates',
        'reconnections',
        'p50',
        'p99',
        'longest',
        'outage',
      ],
      runs.map((run) => [
        nameOf(run),
        n(run.figures.retries),
        n(run.figures.answersLost),
        n(run.figures.duplicatesRefused),
        n(run.figures.reconnections),
        ...[run.figures.p50Ms, run.figures.p99Ms, run.figures.longestMs, run.figures.longestOutageMs].map(
          (ms) => `${n(ms)} ms`,
        ),
      ]),
    ),
    'Times are from the first attempt to the acknowledgement, whatever happened in between; _outage_ is the longest time in which nobody was acknowledged anything. p99 by how the sender sends:',
    table(
      ['', ...Object.values(SENDERS)],
      runs.map((run) => [
        nameOf(run),
        ...Object.keys(SENDERS).map((transport) => `${n(run.figures.p99MsBy[transport] ?? 0)} ms`),
      ]),
    ),
    'The SDK waits for up to 20 s before it connects again, chosen at random, when it failed several times; the clients by hand for no more than 1.5 s.',
    'Times are those of the machine, too: a run that shares two cores with others waits mostly for its servers to start again.',
    faultTable(runs),
    repeat(runs),
    'The seed decides who is there, who says what to whom when, and what goes wrong where and when; which connections there are just then, and what is on its way on them, is the machine’s timing and not repeatable.',
  ];
}

function repeat(runs: readonly RunResult[]): string {
  return `To repeat them:\n\n\`\`\`sh\n${runs.map(commandOf).join('\n')}\n\`\`\``;
}

function faultTable(runs: readonly RunResult[]): string {
  const kinds = [...new Set(runs.flatMap(({ faults }) => Object.keys(faults)))].sort();
  return table(
    ['', ...kinds],
    runs.map((run) => [nameOf(run), ...kinds.map((kind) => String(run.faults[kind] ?? 0))]),
  );
}

function bugTable(runs: readonly RunResult[]): string[] {
  return [
    'Each was put into the servers (`apps/bench/src/faults/bugs.ts`), under the same faults; _shown after_ is when the first thing happened that breaks a rule, seconds after the start.',
    table(
      ['bug', 'on', 'seed', 'found', 'shown after', 'as'],
      runs.map(({ plan, passed, violations, ...run }) => [
        plan.bug ?? '',
        nameOf({ ...run, passed, violations, plan: { ...plan, bug: undefined } }),
        String(plan.seed),
        passed ? 'yes' : '**no**',
        firstOf(violations.flatMap(({ firstAt }) => firstAt ?? [])),
        violations.map(({ rule, count }) => `${rule} (${count})`).join(', '),
      ]),
    ),
    repeat(runs),
  ];
}

function firstOf(times: readonly number[]): string {
  return times.length === 0 ? 'the end' : `${(Math.min(...times) / 1000).toFixed(1)} s`;
}

/** What was found without a bug on purpose, with the events that show it. */
function violationsOf(runs: readonly RunResult[]): string[] {
  const bad = runs.filter(({ violations }) => violations.length > 0);
  return section('Violations', bad, () =>
    bad.map(
      (run) =>
        `### ${nameOf(run)}, seed ${run.plan.seed}\n\n\`\`\`json\n${JSON.stringify(run.violations, null, 2)}\n\`\`\``,
    ),
  );
}

function machineOf(runs: readonly RunResult[]): string[] {
  const lines = runs.map(({ machine, versions }) => {
    const { processor, cores, memoryGb, kernel } = machine;
    const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    return `${processor}, ${cores} cores, ${memoryGb} GB, Linux ${kernel}; ${programs.join(', ')}. Servers, database, bus, proxies and clients share it.`;
  });
  const longest = lines.reduce((a, b) => (b.length > a.length ? b : a), '');
  return [longest];
}

function commandOf({ plan: { seed, minutes, deployment, bus, rate, every, bug } }: RunResult): string {
  const joined = deployment === 'nodes' ? ` --bus ${bus}` : '';
  const broken = bug === undefined ? '' : ` --bug ${bug}`;
  return `npx --yes pnpm@12 faults --seed ${seed} --minutes ${minutes} --deployment ${deployment}${joined} --rate ${rate} --every ${every}${broken}`;
}

/** As the formatter has it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(3, ...all.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
