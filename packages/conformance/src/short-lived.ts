import type { Context } from './context.ts';
import { nowInSeconds } from './people/secret.ts';

/** Enough where nothing is slow, and enough everywhere. */
const [SECONDS, MORE_SECONDS] = [4, 20];

/** How long a token of these may live. */
export const LONGEST_MS = MORE_SECONDS * 1000;

/** Does something with a token that soon expires; with one that lives longer when the first was over before that was done. */
export async function whileItLasts<T>(
  t: Context,
  sub: string,
  act: (token: string) => Promise<T>,
): Promise<T> {
  const short = await t.people.mint({ sub, exp: nowInSeconds() + SECONDS });
  return act(short).catch(async () => act(await t.people.mint({ sub, exp: nowInSeconds() + MORE_SECONDS })));
}
