import { tabStorage } from '../session/device-storage.ts';
import { sessionStore } from '../session/session-store.ts';
import type { Pair } from './guests.ts';

// A tab's own storage: the pair outlives a reload, and does not meet the session of whoever is signed in.
const storage = tabStorage;
const CONVERSATION = 'duet-demo-conversation';

export const guestStores = [
  sessionStore(storage, 'duet-demo-1'),
  sessionStore(storage, 'duet-demo-2'),
] as const;

/** The conversation of the pair that this tab has, if it has one. */
export function keptConversation(): string | undefined {
  const isWhole = guestStores.every((store) => store.get());
  return (isWhole && storage.getItem(CONVERSATION)) || undefined;
}

export function keepPair({ sessions, conversationId }: Pair): void {
  for (const [index, store] of guestStores.entries()) store.set(sessions[index] ?? null);
  storage.setItem(CONVERSATION, conversationId);
}

export function forgetPair(): void {
  for (const key of Object.keys(storage)) if (key.startsWith('duet')) storage.removeItem(key);
}
