import { createRest, type GetToken, type User } from '@duet/sdk';
import type { SessionStore } from './session-store.ts';

/**
 * Access tokens of a stored session. A refresh token works once, so tabs that share the session take turns, and whoever comes second finds
 * what the first one got.
 */
export function tokensOf(store: SessionStore, user: User): GetToken {
  const { auth } = createRest({ url: location.origin, getToken: () => null });
  let last: string | undefined;

  return ({ reason }) =>
    inTurn(store.name, async () => {
      let session = store.get();
      if (session && session.user.id === user.id && session.access === last && reason !== 'missing') {
        const fresh = await auth.refresh({ refresh: session.refresh });
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

/** Web Locks are missing where a page came over plain http from another host; there each tab is by itself. */
function inTurn<T>(name: string, act: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(name, act) : act();
}
