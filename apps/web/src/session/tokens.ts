import { createRest, type GetToken, type User, withTabLock } from '@duet/sdk';
import type { SessionStore } from './session-store.ts';

/** Shorter than the lock may be held. */
const REFRESH_MS = 10_000;

/**
 * Access tokens of a stored session. A refresh token works once, so tabs that share the session take turns, and whoever comes second finds
 * what the first one got.
 */
export function tokensOf(store: SessionStore, user: User): GetToken {
  const { auth } = createRest({ url: location.origin, getToken: () => null });
  let last: string | undefined;

  return ({ reason }) =>
    withTabLock(store.name, async () => {
      let session = store.get();
      if (session && session.user.id === user.id && session.access === last && reason !== 'missing') {
        const { refresh } = session;
        const fresh = await auth.refresh({ refresh }, { timeoutMs: REFRESH_MS });
        session = store.get(); // somebody may have signed out meanwhile
        if (session?.user.id === user.id) {
          store.set(fresh);
          session = fresh;
        }
      }
      // Another tab may have signed in somebody else: their token is not for this client.
      last = session?.user.id === user.id ? session.access : undefined;
      return last ?? null;
    });
}
