import { setTimeout as sleep } from 'node:timers/promises';
import { shiftClock } from './clock.ts';
import type { Device } from './device.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { MortalServer } from './mortal-server.ts';
import type { Random } from './random.ts';

const HOUR_MS = 3_600_000;

/** Everything that trouble can come to. */
export interface World {
  readonly devices: readonly Device[];
  readonly proxy: FaultProxy;
  readonly server: MortalServer;
  /** Where devices hear that they are awake. */
  readonly window: EventTarget;
}

/** All devices send their messages while everything goes wrong; resolves when all is well again, with some on their way. */
export async function trouble(world: World, messagesEach: number, random: Random): Promise<void> {
  const { devices, proxy, window } = world;
  const end = new AbortController();
  const over = (ms: number) => sleep(ms, end.signal.aborted, { signal: end.signal }).catch(() => true);
  const always = async (from: number, to: number, act: () => void) => {
    while (!(await over(random.between(from, to)))) act();
  };
  const troubles = [
    always(100, 400, () => proxy.strike(random)),
    always(300, 3000, () => shiftClock(random.between(-9, 9) * HOUR_MS)),
    always(300, 3000, () => window.dispatchEvent(new Event('online'))),
  ];
  const sending = devices.map((device) => use(device, messagesEach, random.fork()));
  await Promise.all([...sending, restarts(world, random.fork())]);
  end.abort();
  await Promise.all(troubles);
  shiftClock(0);
  for (const { tokens } of devices) tokens.heal();
  proxy.heal();
  window.dispatchEvent(new Event('online'));
}

async function use(device: Device, messages: number, random: Random): Promise<void> {
  for (let number = 0; number < messages; number += 1) {
    device.send(number);
    if (random.chance(0.05)) device.thread.markRead();
    if (random.chance(0.05)) device.thread.setTyping(random.chance(0.5));
    await sleep(random.between(0, 50));
  }
}

/** The server ends in order once, and once it does not. */
async function restarts({ server, proxy }: World, random: Random): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await sleep(random.between(1000, 2000));
    proxy.forget(random);
    await sleep(random.between(500, 1000));
    await server.kill(signal);
    proxy.port = undefined;
    await server.revive();
    proxy.port = server.port;
  }
}
