import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Effect, IDLE, type Machine, type MachineEvent, step } from '../../src/live/connection.ts';

// The connection as a machine: whatever happens to it, in whatever order.

const events = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constantFrom(
        ...(['connect', 'close', 'opened', 'synced', 'pong', 'frame', 'alarm', 'wake'] as const),
        ...(['send', 'overdue', 'answer'] as const),
      ),
    }),
    fc.record({ type: fc.constant('ready'), heartbeatMs: fc.integer({ min: 1000, max: 60_000 }) }),
    fc.record({
      type: fc.constant('lost'),
      reason: fc.constantFrom('network', 'token_expired', 'unsupported_protocol', 'server_restarting'),
      recovery: fc.constantFrom('final', 'retry', 'reauthenticate'),
    }),
  ) as fc.Arbitrary<MachineEvent>,
  { maxLength: 80 },
);

interface Run {
  machine: Machine;
  /** What is running: the alarm that will come, and the socket. */
  alarmMs: number | undefined;
  isOpen: boolean;
}

/** Does what the machine wants, as the socket would. */
function perform(run: Run, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.do === 'alarm') run.alarmMs = effect.ms;
    if (effect.do === 'open') run.isOpen = true;
    if (effect.do === 'drop') run.isOpen = false;
    if (['authenticate', 'sync', 'ping', 'probe'].includes(effect.do)) expect(run.isOpen).toBe(true);
  }
}

test('it never hangs: whoever waits for something has an alarm, and who does not has no socket', () => {
  fc.assert(
    fc.property(
      events,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      (happened, random, isUrgent) => {
        const run: Run = { machine: IDLE, alarmMs: undefined, isOpen: false };
        for (const event of happened) {
          if (event.type === 'lost') run.isOpen = false;
          const [machine, effects] = step(run.machine, event, random, isUrgent);
          run.machine = machine;
          perform(run, effects);
          const isDone = machine.status === 'idle' || machine.status === 'closed';
          expect(run.alarmMs === undefined).toBe(isDone);
          if (isDone || machine.status === 'waiting') expect(run.isOpen).toBe(false);
          expect(machine.retryInMs === undefined).toBe(machine.status !== 'waiting');
          expect(run.alarmMs ?? 1000).toBeGreaterThanOrEqual(500);
          if (machine.status === 'waiting') expect(machine.retryInMs).toBeLessThanOrEqual(20_000);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('once closed it opens only when it is told to', () => {
  fc.assert(
    fc.property(events, (happened) => {
      let [machine] = step(IDLE, { type: 'connect' }, 0);
      [machine] = step(machine, { type: 'close' }, 0);
      for (const event of happened.filter(({ type }) => type !== 'connect')) {
        const [next, effects] = step(machine, event, 0);
        expect([next.status, next.reason, effects.filter((effect) => effect.do === 'open')]).toEqual([
          'closed',
          undefined,
          [],
        ]);
        machine = next;
      }
    }),
  );
});

/** Goes through events and returns where it ends. */
const after = (machine: Machine, random: number, ...happened: MachineEvent[]) =>
  happened.reduce((before, event) => step(before, event, random)[0], machine);
const cut: MachineEvent = { type: 'lost', reason: 'network', recovery: 'retry' };
const refused: MachineEvent = { type: 'lost', reason: 'invalid_token', recovery: 'reauthenticate' };
const up: MachineEvent[] = [{ type: 'opened' }, { type: 'ready', heartbeatMs: 25_000 }, { type: 'synced' }];

test('waits grow from half a second to twenty with full jitter, and begin anew once a connection has held for a heartbeat', () => {
  const longest: number[] = [];
  let machine = after(IDLE, 1, { type: 'connect' });
  for (let n = 0; n < 8; n += 1) {
    machine = after(machine, 1, ...up, cut);
    longest.push(machine.retryInMs ?? 0);
    expect(after(machine, 0, { type: 'alarm' }, cut).retryInMs).toBe(500);
    machine = after(machine, 1, { type: 'alarm' });
  }
  expect(longest).toEqual([2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000, 20_000]);
  machine = after(machine, 1, ...up, { type: 'alarm' }, { type: 'pong' }, cut);
  expect(machine.retryInMs).toBe(1000);
});

test('while a message waits no wait is longer than 8 s, and one that is longer ends sooner when somebody writes', () => {
  let machine = after(IDLE, 1, { type: 'connect' });
  for (let n = 0; n < 8; n += 1) machine = after(machine, 1, cut, { type: 'alarm' });
  const idle = after(machine, 1, cut);
  expect(idle.retryInMs).toBe(20_000);
  expect(step(machine, cut, 1, true)[0].retryInMs).toBe(8000);
  const [hurried, effects] = step(idle, { type: 'send' }, 1, true);
  expect(hurried).toMatchObject({ status: 'waiting', reason: 'network', retryInMs: 8000 });
  expect(effects).toContainEqual({ do: 'alarm', ms: 8000 });
  // Whoever goes on writing does not put it off.
  expect(step(hurried, { type: 'send' }, 1, true)).toEqual([hurried, []]);
});

test('a connection that was live and is dead is made anew within 2 s, however many attempts it took', () => {
  const flapping = { ...after(IDLE, 1, { type: 'connect' }, ...up), attempts: 8 };
  const dead = after(flapping, 1, { type: 'alarm' }, { type: 'alarm' });
  expect(dead).toMatchObject({ status: 'waiting', reason: 'timeout', retryInMs: 2000 });
});

test('a first token that is refused is replaced at once; five in a row are enough, and one that is taken counts anew', () => {
  let machine = after(IDLE, 0, { type: 'connect' });
  machine = after(machine, 0, { type: 'opened' }, refused);
  expect(machine.status).toBe('connecting');
  for (let n = 2; n <= 4; n += 1) {
    machine = after(machine, 0, { type: 'opened' }, refused);
    expect(machine).toMatchObject({ status: 'waiting', reason: 'invalid_token' });
    machine = after(machine, 0, { type: 'alarm' });
  }
  expect(after(machine, 0, ...up, refused).status).toBe('waiting');
  expect(after(machine, 0, { type: 'opened' }, refused)).toMatchObject({
    status: 'closed',
    reason: 'invalid_token',
  });
});

test('a final close ends it; being looked at again ends a wait, and asks a live connection whether it is there', () => {
  const live = after(IDLE, 0, { type: 'connect' }, ...up);
  expect(live.status).toBe('live');
  const ended = after(live, 0, { type: 'lost', reason: 'unsupported_protocol', recovery: 'final' });
  expect(ended).toMatchObject({ status: 'closed', reason: 'unsupported_protocol' });
  expect(after(live, 0, cut, { type: 'wake' }).status).toBe('connecting');
  const [asked, effects] = step(live, { type: 'wake' }, 0);
  expect(effects).toContainEqual({ do: 'ping' });
  expect(after(asked, 0, { type: 'alarm' })).toMatchObject({ status: 'waiting', reason: 'timeout' });
  expect(after(asked, 0, { type: 'pong' }).status).toBe('live');
});
