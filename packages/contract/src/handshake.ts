import { type CloseErrorCode, errors, type Recovery } from './errors.ts';
import { BEARER_SUBPROTOCOL_PREFIX, INBOX_SUBPROTOCOL } from './inbox-frames.ts';

// How a socket begins and how it ends, as /asyncapi.json says it (PROTOCOL 4.1, 4.6 and 7.1).

type Channel = 'conversation' | 'inbox';

/** The codes that only one of the sockets closes with. */
const ONLY = new Map<CloseErrorCode, Channel>([
  ['not_participant', 'conversation'],
  ['not_found', 'conversation'],
  ['unsupported_protocol', 'inbox'],
]);

const ADVICE: Record<Recovery, string> = {
  final: 'Do not try the same again.',
  retry: 'Connect again, with backoff, and catch up.',
  reauthenticate: 'Connect again with a fresh token.',
};

/** Why a socket is closed, and what to do then; in the order of the numbers. */
export function closeCodes(channel: Channel) {
  return Object.entries(errors)
    .flatMap(([error, row]) => ('close' in row ? { ...row, error } : []))
    .filter(({ error }) => [...ONLY].every(([code, only]) => code !== error || only === channel))
    .map(({ close, error, title, recovery }) => ({
      close,
      error,
      title,
      recovery,
      advice: ADVICE[recovery],
    }))
    .sort((a, b) => a.close - b.close);
}

const BEARER = '`Bearer <JWT>`: the way for clients that can set headers.';

/** What the handshakes hold, as AsyncAPI’s bindings for WebSockets. */
export const handshakes = {
  conversation: binding(
    { token: 'A JWT, where no header can be set: in browsers.' },
    { Authorization: BEARER },
  ),
  inbox: binding(
    { token: 'A JWT; better sent as a first frame, which no log sees.' },
    {
      'Sec-WebSocket-Protocol': `\`${INBOX_SUBPROTOCOL}\`, which the server confirms. A second entry \`${BEARER_SUBPROTOCOL_PREFIX}<JWT>\` may hold the token.`,
      Authorization: BEARER,
    },
    ['Sec-WebSocket-Protocol'],
  ),
} as const;

function binding(query: Record<string, string>, headers: Record<string, string>, required: string[] = []) {
  return {
    ws: {
      method: 'GET',
      query: strings(query, []),
      headers: strings(headers, required),
      bindingVersion: '0.1.0',
    },
  };
}

function strings(descriptions: Record<string, string>, required: string[]) {
  const properties = Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [
      name,
      { type: 'string' as const, description },
    ]),
  );
  return { type: 'object' as const, properties, ...(required.length > 0 && { required }) };
}
