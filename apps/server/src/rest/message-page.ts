import { type MessagePage, operations } from '@duet/contract';
import type { z } from 'zod';
import { DomainError } from '../domain/error.ts';
import type { MessageRange, MessageWindow } from '../domain/messages/list.ts';

const { list } = operations.messages;

type Asked = z.output<typeof list.input>;

/**
 * The range that is asked for, in whichever way its pages are named (PROTOCOL 3.5).
 * @throws DomainError `invalid_request` when they are named in two ways
 */
export function rangeOf({ page, page_size, ...asked }: Asked): MessageRange & { conversation_id: string } {
  if (page === undefined && page_size === undefined) return asked;
  if (asked.offset !== undefined)
    throw DomainError.invalid('offset', 'must not stand beside page and page_size');
  const limit = page_size ?? asked.limit;
  return { ...asked, limit, offset: ((page ?? 1) - 1) * limit };
}

/** A page of the history, with the pages beside it as absolute URLs in the way in which it was asked for itself. */
export function messagePage(window: MessageWindow, asked: Asked, baseUrl: string): MessagePage {
  const path = list.path.replace('{conversation_id}', asked.conversation_id);
  const url = (query: Query | null) => query && `${baseUrl}${path}?${encoded(query)}`;
  const { next, previous } = besides(window, asked);
  return { count: window.count, next: url(next), previous: url(previous), results: window.messages };
}

type Query = Partial<Omit<Asked, 'conversation_id'>>;

function besides(
  { next, previous, count }: MessageWindow,
  asked: Asked,
): Record<'next' | 'previous', Query | null> {
  const { limit, order, before, after } = asked;
  const range = { order, before, after };
  if (asked.page !== undefined || asked.page_size !== undefined) {
    const { page = 1, page_size = limit } = asked;
    const last = Math.ceil(count / page_size);
    return {
      next: page < last ? { ...range, page: page + 1, page_size } : null,
      previous: page > 1 && last > 0 ? { ...range, page: Math.min(page - 1, last), page_size } : null,
    };
  }
  if (asked.offset !== undefined) {
    const { offset } = asked;
    return {
      next: offset + limit < count ? { ...range, limit, offset: offset + limit } : null,
      previous: offset > 0 ? { ...range, limit, offset: Math.max(0, offset - limit) } : null,
    };
  }
  return { next, previous };
}

function encoded(query: Query): URLSearchParams {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) encoded.set(name, String(value));
  return encoded;
}
