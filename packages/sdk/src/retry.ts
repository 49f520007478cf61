import { backoff } from './backoff.ts';
import type { Deadline } from './deadline.ts';
import { DuetError } from './error.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;

/** Tries again what may succeed later, after the time the server asks for or a random one, within the deadline. */
export async function retrying<T>(
  attempt: () => Promise<T>,
  maxRetries: number,
  deadline: Deadline,
): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof DuetError) || error.recovery !== 'retry' || retries >= maxRetries) throw error;
      const waitMs = error.retryAfterMs ?? backoff(retries, FIRST_WAIT_MS, LONGEST_WAIT_MS);
      if (waitMs >= deadline.remainingMs) throw error;
      await deadline.sleep(waitMs);
    }
  }
}
