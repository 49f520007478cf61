import { createDuet, createRest, type Duet, DuetError, type Fetch, localStorageOutbox } from '@duet/sdk';
import { DuetProvider, useMessages } from '@duet/sdk/react';

const url = 'http://localhost:8080';
const kept = new Map<string, string>();

export const duet: Duet = createDuet({
  url,
  getToken: ({ reason }) => (reason === 'missing' ? 'token' : null),
  outbox: localStorageOutbox({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }),
});

const fetch: Fetch = async (_, { signal }) => ({
  ok: !signal.aborted,
  status: 200,
  headers: { get: () => null },
  text: async () => '{}',
});
export const rest = createRest({
  url,
  getToken: () => null,
  fetch,
  getRandomValues: (bytes) => bytes.fill(4),
});

export async function* contents(conversation_id: string): AsyncGenerator<string> {
  try {
    for await (const { content } of rest.messages.each({ conversation_id })) yield content;
  } catch (error) {
    if (!(error instanceof DuetError) || error.code !== 'not_found') throw error;
  }
}

export const useContents = (id: string): string[] => useMessages(id).messages.map(({ content }) => content);
export const Provider = DuetProvider;
