import { createRest, localStorageOutbox } from '@duet/sdk';

// The platform's own are taken as they are.
export const outbox = localStorageOutbox(localStorage);
export const rest = createRest({
  url: location.origin,
  getToken: () => null,
  fetch,
  getRandomValues: (bytes) => crypto.getRandomValues(bytes),
});
export const me = (signal: AbortSignal) => rest.users.me({}, { signal });
