import type * as React from 'react';
import type { renderToString } from 'react-dom/server';
import type * as Sdk from '../../src/index.ts';
import type * as Hooks from '../../src/react/index.ts';
import type * as Trpc from '../../src/trpc.ts';

// Compiled to one CommonJS file without imports, which every platform takes. Whoever runs it bounds it.

interface Options {
  readonly url: string;
  /** Where the platform has none. */
  readonly WebSocket?: Sdk.WebSocketConstructor | undefined;
}

/** Two people: one sends by REST, the other reads it live and answers by the socket. @returns their messages */
export async function talk(
  { createDuet, createRest, DuetError }: typeof Sdk,
  options: Options,
): Promise<string> {
  const { url, WebSocket } = options;
  const stranger = createRest({ url, getToken: () => null });
  const join = async () => {
    const username = `matrix-${Math.random().toString(36).slice(2)}`;
    const { user, access } = await stranger.auth.register({ username, password: 'long enough' });
    return { id: user.id, duet: createDuet({ url, getToken: () => access, WebSocket }) };
  };
  const [ada, ben] = [await join(), await join()];
  const { id: conversation_id } = await ada.duet.conversations.open({ target_user_id: ben.id });
  await ada.duet.messages.send({ conversation_id, content: 'by REST' });

  const { live } = ben.duet;
  const thread = live.conversation(conversation_id);
  const has = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const { error } = live.connection.get();
        if (error) reject(error);
        const { messages, outgoing } = thread.get();
        if (messages.length === count && outgoing.length === 0) resolve();
      };
      thread.subscribe(look);
      live.connection.subscribe(look);
      look();
    });
  live.connect();
  await has(1);
  thread.send('by socket');
  await has(2);
  live.close();

  const error: unknown = await stranger.users.me().catch((error: unknown) => error);
  if (!(error instanceof DuetError) || error.code !== 'missing_token') throw error;
  const { results } = await ada.duet.messages.list({ conversation_id, order: 'asc' });
  return results.map(({ content }) => content).join(', ');
}

interface Parts {
  readonly sdk: typeof Sdk;
  readonly hooks: typeof Hooks;
  readonly trpc: typeof Trpc;
  readonly react: typeof React;
  readonly renderToString: typeof renderToString;
}

/** The other entry points are of one piece with the first: its client in their context, its errors theirs. */
export async function combine(
  { sdk, hooks, trpc, react, renderToString }: Parts,
  url: string,
): Promise<string> {
  const duet = sdk.createDuet({ url, getToken: () => null });
  const child = react.createElement(Status, { hooks });
  const page = renderToString(react.createElement(hooks.DuetProvider, { duet }, child));
  const { users } = trpc.createDuetTrpc({ url, getToken: () => null });
  const error: unknown = await users.me.query({}).catch((error: unknown) => error);
  const cause = error instanceof Error ? error.cause : undefined;
  return `${page} ${cause instanceof sdk.DuetError && cause.code}`;
}

function Status({ hooks }: { readonly hooks: typeof Hooks }): string {
  return hooks.useConnection().status;
}

/** What `talk` and `combine` say. */
export const SAID = 'by REST, by socket';
export const COMBINED = 'idle missing_token';
