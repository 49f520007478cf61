/** The part of a window or document that is used; other platforms have none. */
interface Wakeable {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/** A network that is said to be gone may be, or it is but one of several: the connection is asked. */
const EVENTS = ['online', 'offline', 'pageshow'];

/**
 * Calls when the network comes or goes, when the page is looked at again, and when it comes out of the back-forward cache.
 * @returns a function that ends it
 */
export function onWake(listener: () => void): () => void {
  const window: Wakeable & { document?: Wakeable & { visibilityState?: string } } = globalThis;
  const { document } = window;
  const onVisible = () => {
    if (document?.visibilityState === 'visible') listener();
  };
  const all = (act: keyof Wakeable) => {
    for (const type of EVENTS) window[act]?.(type, listener);
    document?.[act]?.('visibilitychange', onVisible);
  };
  all('addEventListener');
  return () => all('removeEventListener');
}
