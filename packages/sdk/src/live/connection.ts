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
  /** How long the ping under way may wait for its pong; undefined while there is none. */
  readonly pongMs: number | undefined;
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
  | { readonly type: 'wake' }
  /** A message was written; one got no answer for too long; one got an answer, so both directions work. */
  | { readonly type: 'send' | 'overdue' | 'answer' };

/**
 * What the machine wants done; `alarm` replaces the one before, undefined ends it. A `ping` asks what changed; a `probe` asks nothing, so
 * that a busy database does not look like a dead connection.
 */
export type Effect =
  | { readonly do: 'open' | 'drop' | 'authenticate' | 'sync' | 'ping' | 'probe' }
  | { readonly do: 'alarm'; readonly ms: number | undefined };

export const IDLE: Machine = {
  status: 'idle',
  reason: undefined,
  retryInMs: undefined,
  attempts: 0,
  rejections: 0,
  heartbeatMs: 25_000,
  pongMs: undefined,
};

const CONNECT_MS = 10_000;
/** A token may take its time, and a server the 5 s that it gives us (PROTOCOL 7.1). */
const AUTHENTICATE_MS = 20_000;
const CATCH_UP_MS = 30_000;
/** PROTOCOL 7.7. */
const PONG_MS = 10_000;
/** Somebody is looking, or waits: is the connection still there, or does what is under way get anywhere? */
const URGENT_PONG_MS = 4000;
const SHORTEST_WAIT_MS = 500;
/** The server said that it was too much. */
const RATE_LIMITED_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 20_000;
/** While a message waits to be sent. */
const URGENT_WAIT_MS = 8000;
/** After so many tokens in a row that the server did not take, another one will not help. */
const MAX_REJECTIONS = 5;

type Step = readonly [Machine, readonly Effect[]];

/**
 * The connection as a pure machine: where it goes from here, and what is to be done.
 * @param random a number from 0 to 1, for the jitter
 * @param isUrgent whether a message waits to be sent
 */
export function step(machine: Machine, event: MachineEvent, random: number, isUrgent = false): Step {
  const { status } = machine;
  switch (event.type) {
    case 'connect':
      if (status === 'idle' || status === 'closed') return open({ ...IDLE });
      if (status === 'live') return ask(machine, 'ping');
      return status === 'waiting' ? open(machine) : [machine, []];
    case 'close':
      return status === 'idle' ? [machine, []] : closed(machine, undefined);
    case 'wake': {
      // What failed before says nothing about now; nor does the attempt under way, that may have been made before.
      const awake = { ...machine, attempts: 0 };
      if (status === 'waiting') return open(awake);
      if (status === 'live') return ask(awake, 'ping');
      return status === 'idle' || status === 'closed' ? [machine, []] : [awake, alarm(URGENT_PONG_MS)];
    }
    case 'send':
      // A wait that began when nobody had anything to say may be longer than one who has should wait.
      return status === 'waiting' && (machine.retryInMs ?? 0) > URGENT_WAIT_MS
        ? wait(machine, machine.reason, random, isUrgent)
        : [machine, []];
    case 'overdue':
      return status === 'live' ? ask(machine, 'probe') : [machine, []];
    case 'answer':
      // Any other frame shows no more than that the server can speak: it may hear nothing.
      return [machine, status === 'live' && machine.pongMs !== undefined ? alarm(machine.pongMs) : []];
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
      return [machine, status === 'catching-up' ? alarm(CATCH_UP_MS) : []];
    case 'pong':
      if (status !== 'live') return [machine, []];
      // The connection has held for a heartbeat: what was before is forgotten.
      return [{ ...machine, pongMs: undefined, attempts: 0 }, alarm(machine.heartbeatMs)];
    case 'alarm':
      if (status === 'waiting') return open(machine);
      if (status === 'idle' || status === 'closed') return [machine, []];
      if (status !== 'live') return wait(machine, 'timeout', random, isUrgent);
      if (machine.pongMs === undefined) return ping(machine, 'ping', PONG_MS);
      // It was live: the time until that showed was a wait already.
      return wait({ ...machine, attempts: Math.min(machine.attempts, 1) }, 'timeout', random, isUrgent);
    case 'lost':
      return status === 'idle' || status === 'closed'
        ? [machine, []]
        : lost(machine, event, random, isUrgent);
  }
}

const alarm = (ms: number | undefined): Effect[] => [{ do: 'alarm', ms }];

function enter(machine: Machine, status: ConnectionStatus, ms: number, effect?: Effect): Step {
  const next = { ...machine, status, reason: undefined, retryInMs: undefined, pongMs: undefined };
  return [next, [...alarm(ms), ...(effect ? [effect] : [])]];
}

function open(machine: Machine): Step {
  return enter({ ...machine, attempts: machine.attempts + 1 }, 'connecting', CONNECT_MS, { do: 'open' });
}

function ping(machine: Machine, how: 'ping' | 'probe', pongMs: number): Step {
  return [{ ...machine, pongMs }, [...alarm(pongMs), { do: how }]];
}

/** Is it there? Who asks again while the answer is awaited does not prolong that. */
function ask(machine: Machine, how: 'ping' | 'probe'): Step {
  return machine.pongMs === URGENT_PONG_MS ? [machine, []] : ping(machine, how, URGENT_PONG_MS);
}

function lost(
  machine: Machine,
  { reason, recovery }: { reason: DuetErrorCode; recovery: Recovery },
  random: number,
  isUrgent: boolean,
): Step {
  if (recovery === 'final') return closed(machine, reason);
  if (recovery === 'retry') return wait(machine, reason, random, isUrgent);
  const rejections = machine.rejections + 1;
  const next = { ...machine, rejections };
  if (rejections >= MAX_REJECTIONS) return closed(next, reason);
  // Mostly the token's time is over, and a fresh one gets in: the first time there is nothing to wait for.
  return rejections === 1 && machine.attempts <= 1 ? open(next) : wait(next, reason, random, isUrgent);
}

/** Full jitter: clients that were cut off together do not come back together. */
function wait(machine: Machine, reason: Machine['reason'], random: number, isUrgent: boolean): Step {
  const isTooMuch = reason === 'rate_limited';
  const shortest = isTooMuch ? RATE_LIMITED_WAIT_MS : SHORTEST_WAIT_MS;
  const most = isUrgent && !isTooMuch ? URGENT_WAIT_MS : LONGEST_WAIT_MS;
  const longest = Math.min(most, 2 * shortest * 2 ** machine.attempts);
  const retryInMs = Math.round(shortest + random * (longest - shortest));
  const next: Machine = { ...machine, status: 'waiting', reason, retryInMs, pongMs: undefined };
  return [next, [{ do: 'drop' }, ...alarm(retryInMs)]];
}

function closed(machine: Machine, reason: DuetErrorCode | undefined): Step {
  const next: Machine = { ...machine, status: 'closed', reason, retryInMs: undefined, pongMs: undefined };
  return [next, [{ do: 'drop' }, ...alarm(undefined)]];
}
