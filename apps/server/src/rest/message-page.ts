import { type MessagePage, operations } from '@duet/contract';
import type { MessageRange, MessageWindow } from '../domain/messages/list.ts';

/** A window of the history with its neighbours as absolute URLs (PROTOCOL 3.5). */
export function messagePage(window: MessageWindow, conversationId: string, baseUrl: string): MessagePage {
  const path = operations.messages.list.path.replace('{conversation_id}', conversationId);
  const url = (range: MessageRange | null) => range && `${baseUrl}${path}?${queryOf(range)}`;
  return { next: url(window.next), previous: url(window.previous), results: window.messages };
}

function queryOf({ limit, order, before, after }: MessageRange): URLSearchParams {
  return new URLSearchParams({
    limit: String(limit),
    order,
    ...(before !== undefined && { before: String(before) }),
    ...(after !== undefined && { after: String(after) }),
  });
}
