import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { Violation } from '../check/check.ts';
import type { Line } from '../history/event.ts';
import type { Plan } from '../run.ts';

/** What came of a run: everything that is reported of it. */
export interface RunResult {
  readonly date: string;
  readonly plan: Plan;
  readonly passed: boolean;
  readonly figures: Figures;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Figures {
  readonly conversations: number;
  readonly people: number;
  readonly devices: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** Messages that came to a device, by whatever way, also more than once. */
  readonly delivered: number;
  readonly retries: number;
  /** Sends that the server answered with the original: it had the message already. */
  readonly duplicatesRefused: number;
  readonly answersLost: number;
  readonly reconnections: number;
  readonly events: number;
  /** From the first attempt to the acknowledgement. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** p99 by how the sender sends. */
  readonly p99MsBy: Readonly<Record<string, number>>;
  /** The longest time without any acknowledgement, to anybody. */
  readonly longestOutageMs: number;
}

export interface Outcome {
  readonly plan: Plan;
  readonly history: readonly Line[];
  readonly violations: readonly Violation[];
  readonly endMs: number;
  readonly reconnections: number;
  readonly answersLost: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** A run with a bug on purpose passes when the bug is found, any other when nothing is. */
export function resultOf(outcome: Outcome): RunResult {
  const { plan, history, violations, versions } = outcome;
  const faults: Record<string, number> = {};
  for (const line of history) if (line.type === 'fault') faults[line.kind] = (faults[line.kind] ?? 0) + 1;
  return {
    date: new Date().toISOString(),
    plan,
    passed: violations.length > 0 === (plan.bug !== undefined),
    figures: figuresOf(outcome),
    faults,
    violations,
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
    },
    versions,
  };
}

function figuresOf({ plan, history, endMs, reconnections, answersLost }: Outcome): Figures {
  const firstSent = new Map<string, number>();
  const waits = new Map<string, { ms: number; transport: string }>();
  const transports = new Map<string, string>();
  const counts = { delivered: 0, retries: 0, duplicatesRefused: 0, devices: 0 };
  let lastAck = 0;
  let longestOutageMs = 0;
  for (const line of history) {
    if (line.type === 'device') transports.set(line.device, line.transport);
    if (line.type === 'device' && line.transport !== 'outsider') counts.devices += 1;
    if (line.type === 'frame') counts.delivered += 1;
    if (line.type === 'page') counts.delivered += line.messages.length;
    if (line.type === 'send') {
      if (line.attempt > 1) counts.retries += 1;
      if (!firstSent.has(line.message)) firstSent.set(line.message, line.at);
    }
    if (line.type !== 'ack') continue;
    if (line.repeated) counts.duplicatesRefused += 1;
    if (!waits.has(line.message)) {
      const ms = line.at - (firstSent.get(line.message) ?? line.at);
      waits.set(line.message, { ms, transport: transports.get(line.device) ?? '' });
    }
    if (line.at < endMs) longestOutageMs = Math.max(longestOutageMs, line.at - lastAck);
    lastAck = line.at;
  }
  const sorted = [...waits.values()].sort((a, b) => a.ms - b.ms);
  const quantile = (q: number, of = sorted) => Math.round(of[Math.floor(q * (of.length - 1))]?.ms ?? 0);
  const by = [...Map.groupBy(sorted, ({ transport }) => transport)];
  return {
    ...counts,
    conversations: plan.crowd.conversations,
    people: plan.crowd.people,
    sent: firstSent.size,
    acknowledged: waits.size,
    answersLost,
    reconnections,
    events: history.length,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    longestMs: quantile(1),
    p99MsBy: Object.fromEntries(by.map(([transport, of]) => [transport, quantile(0.99, of)])),
    longestOutageMs: Math.round(longestOutageMs),
  };
}
