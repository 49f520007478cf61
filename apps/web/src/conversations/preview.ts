import type { LiveConversation } from '@duet/sdk';

/** The last message of a conversation, in a line. */
export function previewOf({ last_message, peer }: LiveConversation): string {
  if (!last_message) return 'No messages yet';
  const text = last_message.content.slice(0, 200).replace(/\s+/g, ' ').trim();
  return last_message.sender.id === peer.id ? text : `You: ${text}`;
}

/** A count that has room for two digits. */
export function badgeOf(count: number): string {
  return count > 99 ? '99+' : String(count);
}

/** When something last happened in a conversation. */
export function activityOf({ last_message, created_at }: LiveConversation): Date {
  return new Date(last_message?.timestamp ?? created_at);
}
