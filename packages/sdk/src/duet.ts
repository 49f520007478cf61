import type { Live } from './live/api.ts';
import { LiveClient } from './live/live.ts';
import type { WebSocketConstructor } from './live/socket.ts';
import type { OutboxStorage } from './live/storage.ts';
import { type Rest, type RestOptions, restWith } from './rest.ts';
import { createTokenSource } from './token.ts';

export interface DuetOptions extends RestOptions {
  /** Another `WebSocket` than the platform's: that of `ws`, on Node 20. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /** Where messages that are not sent yet outlive the page; without one they don't. */
  readonly outbox?: OutboxStorage | undefined;
  /** Who this client is for, if that is known already: what they have in the outbox is then shown before there is a connection. */
  readonly userId?: string | undefined;
}

/** Everything: the operations of the server, and under `live` what changes by itself. */
export interface Duet extends Rest {
  readonly live: Live;
}

const TOKEN_TIMEOUT_MS = 30_000;

/** A client of a Duet server. It does nothing until it is called; `live.connect()` connects. */
export function createDuet(options: DuetOptions): Duet {
  const tokens = createTokenSource(options.getToken, options.timeoutMs ?? TOKEN_TIMEOUT_MS);
  const rest = restWith(tokens, options);
  const { url, outbox, userId, getRandomValues } = options;
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  return { ...rest, live: new LiveClient({ url, rest, tokens, WebSocket, outbox, userId, getRandomValues }) };
}
