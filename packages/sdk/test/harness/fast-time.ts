import { onTestFinished, vi } from 'vitest';
import { type ConnectionStatus, createDuet, type Duet, type GetToken } from '../../src/index.ts';
import { until } from './until.ts';

// A client in a time that passes at once: real sockets, and timers that are not.

export const MINUTE_MS = 60_000;
const give = () => 'a-token';

/** A client that connects, and is closed with its test. */
export function client(url: string, getToken: GetToken = give, timeoutMs = 30_000): Duet {
  const duet = createDuet({ url, getToken, timeoutMs });
  onTestFinished(() => duet.live.close());
  duet.live.connect();
  return duet;
}

/** Resolves with the connection's state when it is one of these. */
export const reaches = ({ live }: Duet, ...statuses: ConnectionStatus[]) =>
  until(live.connection, ({ status }) => statuses.includes(status));

/** Lets time pass, wait by wait, and what happens in between happen. @returns how often it waited */
export async function pass(duet: Duet, ms: number): Promise<number> {
  let waits = 0;
  for (let left = ms; left > 0; ) {
    const { status, retryInMs = 0 } = await reaches(duet, 'waiting', 'closed', 'live');
    if (status !== 'waiting') {
      vi.advanceTimersByTime(left);
      break;
    }
    waits += 1;
    left -= retryInMs;
    vi.advanceTimersByTime(retryInMs);
  }
  return waits;
}
