import { createHash } from 'node:crypto';
import type { RunQuery } from '../db/client.ts';
import type { Guesses } from '../domain/accounts/context.ts';
import type { RateLimits } from './rate-limits.ts';
import { createStore } from './store.ts';

/** So long an address is known as one of a name's owner. */
const KNOWN_SECONDS = 21 * 86_400;

/**
 * Whoever guesses from one address is stopped there, and the owner signs in from another one meanwhile. Whoever guesses from very many addresses is stopped
 * everywhere but where the owner has signed in before.
 */
export function createGuesses(limits: RateLimits, query: RunQuery | undefined): Guesses {
  const known = createStore('known', { points: 1, seconds: KNOWN_SECONDS }, query);
  return {
    begin: async (name, address) => {
      const [anywhere, here] = [keyOf(name), keyOf(name, address)];
      await limits.take('wrongPassword', here);
      const isKnown = (await known.get(here)) !== null;
      if (!isKnown) await limits.take('wrongPasswordAnywhere', anywhere);
      return () => {
        limits.giveBack('wrongPassword', here);
        if (!isKnown) limits.giveBack('wrongPasswordAnywhere', anywhere);
        known.set(here, 1, KNOWN_SECONDS).catch(() => {}); // it is only known later then
      };
    },
  };
}

/** Of one length, and no list of who signed in from where. */
function keyOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
