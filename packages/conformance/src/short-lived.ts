import { TooSlow } from './check.ts';
import type { Context } from './context.ts';
import { nowInSeconds } from './people/secret.ts';

/** How long a token lives: enough where nothing is slow, and more where it was over before everything was done. */
const LIFETIMES = [2, 8, 32, 64];

/** How long a token of these may live. */
export const LONGEST_MS = Math.max(...LIFETIMES) * 1000;

/** Does something with a token that soon expires. */
export async function whileItLasts<T>(
  t: Context,
  sub: string,
  act: (token: string) => Promise<T>,
): Promise<T> {
  for (const [i, seconds] of LIFETIMES.entries()) {
    const exp = nowInSeconds() + seconds;
    try {
      return await act(await t.people.mint({ sub, exp }));
    } catch (error) {
      if (Date.now() < exp * 1000 || i === LIFETIMES.length - 1) throw error;
    }
  }
  throw new Error('there is no lifetime');
}

/** What was done since holds for so long: where that took longer, there is nothing to be found out. @throws TooSlow */
export function inTime(since: number, ms: number): void {
  if (performance.now() - since >= ms) throw new TooSlow(`what holds for ${ms / 1000} s took longer to do`);
}
