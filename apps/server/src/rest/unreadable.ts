import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errors } from '@duet/contract';
import { DomainError } from '../domain/error.ts';
import { BARE_ANSWER_HEADERS, toProblem } from './problem.ts';

const CODE_OF_NODE: Record<string, 'payload_too_large' | 'request_timeout'> = {
  HPE_HEADER_OVERFLOW: 'payload_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** What Node could not read as a request, or `ws` not as a handshake: also a problem (PROTOCOL 1.5), though there is no request to answer. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CODE_OF_NODE[error.code ?? ''] ?? 'invalid_request';
  const problem = toProblem(new DomainError(code), randomUUID());
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${errors[code].status} ${STATUS_CODES[errors[code].status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.request_id}`,
    ...Object.entries(BARE_ANSWER_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
