import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '../domain/error.ts';
import { toProblem } from './problem.ts';

const CODE_OF_NODE: Record<string, 'payload_too_large' | 'request_timeout'> = {
  HPE_HEADER_OVERFLOW: 'payload_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** What Node could not read as a request: also a problem (PROTOCOL 1.5), though there is no request to answer. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  endWith(socket, new DomainError(CODE_OF_NODE[error.code ?? ''] ?? 'invalid_request'));
}

/** What asks for a WebSocket and is no handshake of one; says which version is spoken here (RFC 6455, 4.4). */
export function refuseHandshake({ message }: Error, socket: Duplex): void {
  endWith(socket, new DomainError('invalid_request', message), ['Sec-WebSocket-Version: 13']);
}

function endWith(socket: Duplex, refusal: DomainError, headers: readonly string[] = []): void {
  const problem = toProblem(refusal, randomUUID());
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.request_id}`,
    'Cache-Control: no-store',
    'Connection: close',
    ...headers,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
