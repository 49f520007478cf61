import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { DomainError } from '../domain/error.ts';
import type { HttpMeter } from './meter.ts';
import { BARE_ANSWER_HEADERS, toProblem } from './problem.ts';

type RefusalLog = Pick<FastifyBaseLogger, 'info'>;

const CODE_OF_NODE: Record<string, 'payload_too_large' | 'request_timeout'> = {
  HPE_HEADER_OVERFLOW: 'payload_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** What Node could not read as a request: also a problem (PROTOCOL 1.5), though there is no request to answer. */
export function refuseUnreadable(log: RefusalLog, meter: HttpMeter) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else endWith(new DomainError(CODE_OF_NODE[error.code ?? ''] ?? 'invalid_request'), socket, log, meter);
  };
}

/** What asks for a WebSocket and is no handshake of one; says which version is spoken here (RFC 6455, 4.4). */
export function refuseHandshake(log: RefusalLog, meter: HttpMeter) {
  return ({ message }: Error, socket: Duplex): void =>
    endWith(new DomainError('invalid_request', message), socket, log, meter, ['Sec-WebSocket-Version: 13']);
}

function endWith(
  refusal: DomainError,
  socket: Duplex,
  log: RefusalLog,
  meter: HttpMeter,
  headers: readonly string[] = [],
): void {
  const problem = toProblem(refusal, randomUUID());
  const { code, request_id } = problem;
  meter.refused(code);
  log.info({ operation: 'none', code, request_id }, 'request refused');
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${request_id}`,
    ...Object.entries(BARE_ANSWER_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    ...headers,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
