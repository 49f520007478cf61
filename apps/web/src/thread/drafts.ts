const PREFIX = 'duet-draft';

/** What somebody has begun to write in a conversation. */
export function readDraft(storage: Storage, userId: string, conversationId: string): string {
  return storage.getItem(keyOf(userId, conversationId)) ?? '';
}

export function writeDraft(storage: Storage, userId: string, conversationId: string, text: string): void {
  const key = keyOf(userId, conversationId);
  if (text.trim() === '') storage.removeItem(key);
  else storage.setItem(key, text);
}

/** Nothing of what somebody began stays behind. */
export function forgetDrafts(storage: Storage, userId: string): void {
  for (const key of Object.keys(storage)) if (key.startsWith(keyOf(userId, ''))) storage.removeItem(key);
}

function keyOf(userId: string, conversationId: string): string {
  return `${PREFIX} ${userId} ${conversationId}`;
}
