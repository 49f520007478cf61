/** The part of a window or document that is used; other platforms have none. */
interface Wakeable {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/**
 * Calls when the network is back, when the page is looked at again, and when it comes out of the back-forward cache.
 * @returns a function that ends it
 */
export function onWake(listener: () => void): () => void {
  const { document, ...window }: { document?: Wakeable & { visibilityState?: string } } & Wakeable = {
    document: globalThis.document,
    addEventListener: globalThis.addEventListener?.bind(globalThis),
    removeEventListener: globalThis.removeEventListener?.bind(globalThis),
  };
  const onVisible = () => {
    if (document?.visibilityState === 'visible') listener();
  };
  for (const type of ['online', 'pageshow']) window.addEventListener?.(type, listener);
  document?.addEventListener?.('visibilitychange', onVisible);
  return () => {
    for (const type of ['online', 'pageshow']) window.removeEventListener?.(type, listener);
    document?.removeEventListener?.('visibilitychange', onVisible);
  };
}
