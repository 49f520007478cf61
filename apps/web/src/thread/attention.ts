import { useSyncExternalStore } from 'react';

/** Whether somebody looks at this page: it is visible, and has the focus. */
export function useAttention(): boolean {
  return useSyncExternalStore(subscribe, isLookedAt);
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  const events = ['focus', 'blur', 'visibilitychange', 'pageshow'];
  for (const event of events) addEventListener(event, listener, true);
  return () => {
    for (const event of events) removeEventListener(event, listener, true);
  };
}
