import type { Bus, DeploymentName } from '../deployment/names.ts';
import type { Random } from '../random.ts';

/** What is killed with SIGKILL, and comes back. */
const KILLS = ['kill server', 'kill postgres', 'kill nats'] as const;
/** `pause server` is SIGSTOP, the rest happens on the wires; see `network/link.ts`. */
const TROUBLES = ['pause server', 'cut', 'cut off', 'delay', 'half-open', 'lose answers'] as const;
export const faultKinds = [...KILLS, ...TROUBLES] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Between which two of them a wire is. */
export type Side = 'clients' | 'database' | 'bus';

/** One fault, with all that chance decides about it. */
export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly side: Side;
  /** Which of the servers, or of the wires to them. */
  readonly index: number;
  /** How long it lasts, where that is for us to say. */
  readonly forMs: number;
  /** How much later bytes come. */
  readonly byMs: number;
  readonly direction: 'to-server' | 'to-client';
  /** Of the connections of that wire, how many in a hundred; at least one. */
  readonly percent: number;
}

export interface ScheduleOptions {
  readonly deployment: DeploymentName;
  readonly bus: Bus;
  readonly minutes: number;
  /** Seconds from one fault to the next. */
  readonly every: number;
}

/** Every so many faults one is a kill; an embedded database takes its time to come back. */
const KILL_EVERY: Record<DeploymentName, number> = { embedded: 6, postgres: 3, nodes: 3 };
const KILL_WEIGHTS: Record<DeploymentName, Partial<Record<FaultKind, number>>> = {
  embedded: { 'kill server': 1 },
  postgres: { 'kill server': 2, 'kill postgres': 1 },
  nodes: { 'kill server': 3, 'kill postgres': 1 },
};
const TROUBLE_WEIGHTS: Partial<Record<FaultKind, number>> = {
  'pause server': 1,
  cut: 2,
  'cut off': 1,
  delay: 1,
  'half-open': 2,
  'lose answers': 3,
};

/** Everything that will go wrong, in order; the same for the same seed. */
export function schedule(random: Random, { deployment, bus, minutes, every }: ScheduleOptions): Fault[] {
  const faults: Fault[] = [];
  const hasNats = deployment === 'nodes' && bus === 'nats';
  const kills = { ...KILL_WEIGHTS[deployment], ...(hasNats && { 'kill nats': 1 }) };
  const sides: Partial<Record<Side, number>> = {
    clients: 3,
    ...(deployment !== 'embedded' && { database: 1 }),
    ...(hasNats && { bus: 1 }),
  };
  for (let atMs = every * 1000; atMs < minutes * 60_000; atMs += every * 1000) {
    const isKill = faults.length % KILL_EVERY[deployment] === 0;
    faults.push({
      atMs,
      kind: random.weighted(isKill ? kills : TROUBLE_WEIGHTS) ?? 'kill server',
      side: random.weighted(sides) ?? 'clients',
      index: random.between(0, 11), // taken modulo how many there are
      forMs: random.between(500, 5000),
      byMs: random.between(20, 500),
      direction: random.pick(['to-server', 'to-client']),
      percent: random.between(10, 100),
    });
  }
  return faults;
}
