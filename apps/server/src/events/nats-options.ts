import type { ConnectionOptions } from '@nats-io/transport-node';

/** How long after a failure NATS is tried again. */
export const RECONNECT_MS = 500;
const PING_MS = 3000;
/** So many pings without an answer, and the connection is made anew. */
const MAX_PINGS = 2;
const CONNECT_TIMEOUT_MS = 5000;

/** How to connect, as the URL says; the client does not take a user, a password or a token from one. */
export function natsOptions(natsUrl: string): ConnectionOptions {
  const { protocol, hostname, port, username, password } = new URL(natsUrl);
  const user = decodeURIComponent(username);
  return {
    servers: `${hostname}:${port || 4222}`,
    name: 'duet',
    ...(password !== '' && { user, pass: decodeURIComponent(password) }),
    ...(password === '' && user !== '' && { token: user }),
    ...(protocol === 'tls:' && { tls: {} }),
    noEcho: true,
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    ignoreAuthErrorAbort: true,
    pingInterval: PING_MS,
    maxPingOut: MAX_PINGS,
  };
}
