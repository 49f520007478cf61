import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { problem } from '@duet/contract';
import { expect, test } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { refuseUnreadable } from './unreadable.ts';

// What Node says of a request only after half a minute, or at random; through a real connection all the same.

const lines: object[] = [];
const refuse = refuseUnreadable({ info: (about: object) => lines.push(about) }, createMetrics().http);

async function refused(code: string): Promise<string> {
  const server = createServer((socket) => refuse(Object.assign(new Error(code), { code }), socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const answer = await text(connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1'));
  await new Promise((resolve) => server.close(resolve));
  return answer;
}

test.each([
  ['ERR_HTTP_REQUEST_TIMEOUT', 408, 'request_timeout'],
  ['HPE_HEADER_OVERFLOW', 413, 'payload_too_large'],
  ['HPE_INVALID_METHOD', 400, 'invalid_request'],
])('1.5: %s is a problem, and the connection ends', async (fault, status, code) => {
  const [head, body = ''] = (await refused(fault)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .+\r\nContent-Type: application/problem\\+json`));
  const { request_id, ...refusal } = problem.parse(JSON.parse(body));
  expect(refusal).toMatchObject({ status, code });
  expect(lines).toContainEqual({ operation: 'none', code, request_id });
});
