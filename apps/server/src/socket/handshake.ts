import type { IncomingMessage } from 'node:http';
import {
  BEARER_SUBPROTOCOL_PREFIX,
  type CloseErrorCode,
  CONVERSATION_SOCKET_PATH,
  errors,
  INBOX_SOCKET_PATH,
} from '@duet/contract';
import type { WebSocket } from 'ws';
import { bearerToken } from '../auth/authenticate.ts';

const CONVERSATION = new RegExp(`^${CONVERSATION_SOCKET_PATH.replace('{conversation_id}', '([^/]+)')}$`);

/** What a handshake asks for: the inbox, or a conversation. */
interface Target {
  readonly isInbox: boolean;
  /** In lower case. */
  readonly conversationId: string | undefined;
  readonly query: URLSearchParams;
}

export function targetOf({ url }: IncomingMessage): Target {
  const [path = '', query] = url?.split('?', 2) ?? [];
  // Sockets follow no redirect to the exact path.
  const exact = path.endsWith('/') ? path : `${path}/`;
  return {
    isInbox: exact === INBOX_SOCKET_PATH,
    conversationId: CONVERSATION.exec(exact)?.[1]?.toLowerCase(),
    query: new URLSearchParams(query),
  };
}

/** Whether a request is to become a socket; every other one is answered as HTTP, whatever it would upgrade to. */
export function isSocketUpgrade(request: IncomingMessage): boolean {
  const { method, headers } = request;
  const { isInbox, conversationId } = targetOf(request);
  const isSocketPath = isInbox || conversationId !== undefined;
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && isSocketPath;
}

/** The token of a handshake: in the header, among the subprotocols, or in the query (PROTOCOL 4.1, 7.1). */
export function tokenOf(request: IncomingMessage): string | undefined {
  const { authorization, 'sec-websocket-protocol': protocols = '' } = request.headers;
  const entry = protocols
    .split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL_PREFIX));
  return (
    bearerToken(authorization) ??
    entry?.slice(BEARER_SUBPROTOCOL_PREFIX.length) ??
    targetOf(request).query.get('token') ??
    undefined
  );
}

/** Closes a socket that was only opened to say why it may not stay. */
export function refuse(ws: WebSocket, code: CloseErrorCode): void {
  ws.close(errors[code].close, code);
}
