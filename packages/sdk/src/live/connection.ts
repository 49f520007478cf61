import type { DuetError, DuetErrorCode, Recovery } from '../error.ts';

export type ConnectionStatus =
  | 'idle'
  | 'connecting'
  | 'authenticating'
  | 'catching-up'
  | 'live'
  | 'waiting'
  | 'closed';

/** How the connection is, for people to see. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Why it waits or closed; undefined when `close()` was called. */
  readonly reason: DuetErrorCode | undefined;
  /** How long it waits before the next attempt, when it does; `connect()` ends the wait. */
  readonly retryInMs: number | undefined;
  /** What `getToken` threw, as `cause`, when that is the reason. */
  readonly error: DuetError | undefined;
}

/** The same with what only the machine needs. */
export interface Machine extends Omit<ConnectionState, 'error'> {
  /** Attempts since the connection was last stable; they lengthen the wait. */
  readonly attempts: number;
  /** Tokens in a row that the server did not take. */
  readonly rejections: number;
  readonly heartbeatMs: number;
  /** Whether a ping waits for its pong. */
  readonly isPinging: boolean;
}

export type MachineEvent =
  /** The application wants a connection, or none any more. */
  | { readonly type: 'connect' | 'close' }
  /** What came of the socket: it is open, it said `ready`, `synced`, `pong`, anything. */
  | { readonly type: 'opened' | 'synced' | 'pong' | 'frame' }
  | { readonly type: 'ready'; readonly heartbeatMs: number }
  /** The socket closed, or no token could be had. */
  | { readonly type: 'lost'; readonly reason: DuetErrorCode; readonly recovery: Recovery }
  /** The time that the machine set is up. */
  | { readonly type: 'alarm' }
  /** The network is back, or the page is looked at again. */
  | { readonly type: 'wake' };

/** What the machine wants done; `alarm` replaces the one before, undefined ends it. */
export type Effect =
  | { readonly do: 'open' | 'drop' | 'authenticate' | 'sync' | 'ping' }
  | { readonly do: 'alarm'; readonly ms: number | undefined };

export const IDLE: Machine = {
  status: 'idle',
  reason: undefined,
  retryInMs: undefined,
  attempts: 0,
  rejections: 0,
  heartbeatMs: 25_000,
  isPinging: false,
};

const CONNECT_MS = 10_000;
/** A token may take its time, and a server the 5 s that it gives us (PROTOCOL 7.1). */
const AUTHENTICATE_MS = 20_000;
const CATCH_UP_MS = 30_000;
/** PROTOCOL 7.7. */
const PONG_MS = 10_000;
/** Somebody is looking: is the connection still there, or does what is under way get anywhere? */
const WAKE_PONG_MS = 4000;
const SHORTEST_WAIT_MS = 500;
/** The server said that it was too much. */
const RATE_LIMITED_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 20_000;
/** After so many tokens in a row that the server did not take, another one will not help. */
const MAX_REJECTIONS = 5;

type Step = readonly [Machine, readonly Effect[]];

/**
 * The connection as a pure machine: where it goes from here, and what is to be done.
 * @param random a number from 0 to 1, for the jitter
 */
export function step(machine: Machine, event: MachineEvent, random: number): Step {
  const { status } = machine;
  switch (event.type) {
    case 'connect':
      if (status === 'idle' || status === 'closed') return open({ ...IDLE });
      return status === 'waiting' ? open(machine) : [machine, []];
    case 'close':
      return status === 'idle' ? [machine, []] : closed(machine, undefined);
    case 'wake': {
      // What failed before says nothing about now; nor does the attempt under way, that may have been made before.
      const awake = { ...machine, attempts: 0 };
      if (status === 'waiting') return open(awake);
      if (status === 'live') return ping(awake, WAKE_PONG_MS);
      return status === 'idle' || status === 'closed' ? [machine, []] : [awake, alarm(WAKE_PONG_MS)];
    }
    case 'opened':
      if (status !== 'connecting') return [machine, []];
      return enter(machine, 'authenticating', AUTHENTICATE_MS, { do: 'authenticate' });
    case 'ready': {
      const next = { ...machine, heartbeatMs: event.heartbeatMs, rejections: 0 };
      if (status !== 'authenticating') return [next, []]; // a fresh token in band
      return enter(next, 'catching-up', CATCH_UP_MS, { do: 'sync' });
    }
    case 'synced':
      return status === 'catching-up' ? enter(machine, 'live', machine.heartbeatMs) : [machine, []];
    case 'frame':
      return [machine, prolong(machine)];
    case 'pong':
      if (status !== 'live') return [machine, []];
      // The connection has held for a heartbeat: what was before is forgotten.
      return [{ ...machine, isPinging: false, attempts: 0 }, alarm(machine.heartbeatMs)];
    case 'alarm':
      if (status === 'waiting') return open(machine);
      if (status === 'live' && !machine.isPinging) return ping(machine, PONG_MS);
      return status === 'idle' || status === 'closed' ? [machine, []] : wait(machine, 'timeout', random);
    case 'lost':
      return status === 'idle' || status === 'closed' ? [machine, []] : lost(machine, event, random);
  }
}

const alarm = (ms: number | undefined): Effect[] => [{ do: 'alarm', ms }];

function enter(machine: Machine, status: ConnectionStatus, ms: number, effect?: Effect): Step {
  const next = { ...machine, status, reason: undefined, retryInMs: undefined, isPinging: false };
  return [next, [...alarm(ms), ...(effect ? [effect] : [])]];
}

function open(machine: Machine): Step {
  return enter({ ...machine, attempts: machine.attempts + 1 }, 'connecting', CONNECT_MS, { do: 'open' });
}

function ping(machine: Machine, ms: number): Step {
  return [{ ...machine, isPinging: true }, [...alarm(ms), { do: 'ping' }]];
}

/** Whatever comes shows that the other side is there. */
function prolong({ status, isPinging }: Machine): readonly Effect[] {
  if (status === 'catching-up') return alarm(CATCH_UP_MS);
  return status === 'live' && isPinging ? alarm(PONG_MS) : [];
}

function lost(
  machine: Machine,
  { reason, recovery }: { reason: DuetErrorCode; recovery: Recovery },
  random: number,
): Step {
  if (recovery === 'final') return closed(machine, reason);
  if (recovery === 'retry') return wait(machine, reason, random);
  const rejections = machine.rejections + 1;
  const next = { ...machine, rejections };
  if (rejections >= MAX_REJECTIONS) return closed(next, reason);
  // Mostly the token's time is over, and a fresh one gets in: the first time there is nothing to wait for.
  return rejections === 1 && machine.attempts <= 1 ? open(next) : wait(next, reason, random);
}

/** Full jitter: clients that were cut off together do not come back together. */
function wait(machine: Machine, reason: DuetErrorCode, random: number): Step {
  const shortest = reason === 'rate_limited' ? RATE_LIMITED_WAIT_MS : SHORTEST_WAIT_MS;
  const longest = Math.min(LONGEST_WAIT_MS, 2 * shortest * 2 ** machine.attempts);
  const retryInMs = Math.round(shortest + random * (longest - shortest));
  const next: Machine = { ...machine, status: 'waiting', reason, retryInMs, isPinging: false };
  return [next, [{ do: 'drop' }, ...alarm(retryInMs)]];
}

function closed(machine: Machine, reason: DuetErrorCode | undefined): Step {
  const next: Machine = { ...machine, status: 'closed', reason, retryInMs: undefined, isPinging: false };
  return [next, [{ do: 'drop' }, ...alarm(undefined)]];
}
