import type { Violation } from '../check/check.ts';
import type { RunResult } from './result.ts';

/** What a run came to, in some lines for whoever waits for it. */
export function describe(result: RunResult): string {
  const { plan, figures, faults, violations, passed } = result;
  const of = `seed ${plan.seed}, ${nameOf(result)}, ${plan.minutes} min`;
  const list = Object.entries(faults).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${passed ? 'passed' : 'FAILED'}: ${of}`,
    `  ${figures.sent} messages sent, ${figures.acknowledged} acknowledged, ${figures.delivered} deliveries; ${figures.retries} retries, ${figures.duplicatesRefused} duplicates refused, ${figures.answersLost} answers lost, ${figures.reconnections} reconnections`,
    `  to the acknowledgement: p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms, longest ${figures.longestMs} ms; longest outage ${figures.longestOutageMs} ms`,
    `  faults: ${list.join(', ')}`,
    ...violations.map(describeViolation),
  ].join('\n');
}

export function nameOf({ plan: { deployment, bus, bug } }: RunResult): string {
  const how = deployment === 'nodes' ? `nodes over ${bus === 'nats' ? 'NATS' : 'PostgreSQL'}` : deployment;
  return bug === undefined ? how : `${how}, with ${bug}`;
}

function describeViolation({ rule, count, firstAt, shown }: Violation): string {
  const when = firstAt === undefined ? '' : `, first at ${(firstAt / 1000).toFixed(1)} s`;
  const lines = shown.map(({ what, events }) => [
    `    ${what}`,
    ...events.slice(-3).map((event) => `      ${JSON.stringify(event).slice(0, 400)}`),
  ]);
  return [`  VIOLATION ${rule}: ${count}${when}`, ...lines.flat()].join('\n');
}
