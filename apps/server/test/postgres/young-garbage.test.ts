import { connect } from 'node:net';
import { createPostgres } from '@duet/testing/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { METRICS_TOKEN, readMetrics } from '../harness/metrics.ts';
import { type ServerProcess, startProcess } from '../harness/process.ts';
import { JWT_SECRET, type Person, personAt } from '../harness/server.ts';
import { bounded } from '../harness/socket.ts';

// What a request leads to is garbage when it is answered, and must not reach the old part of the heap, where only a collection of the whole heap finds it: each
// of those, and each young collection that copies what is dead, makes everybody wait.

let database: Awaited<ReturnType<typeof createPostgres>>;
let server: ServerProcess;
let ada: Person;
const LIST = '/api/chat/conversations/';
const PEERS = 8;
/** Where to open a conversation, and where to send to each. */
const paths = { open: [LIST], send: [''] };
beforeAll(async () => {
  database = await createPostgres();
  server = await startProcess({ ...database.env, JWT_SECRET, METRICS_TOKEN, RATE_LIMITS: 'off' });
  ada = await personAt(server.url, 'ada');
  const peers = await Promise.all(Array.from({ length: PEERS }, (_, i) => personAt(server.url, `ben${i}`)));
  const opened = await Promise.all(peers.map((peer) => ada.open(peer)));
  paths.send = opened.map(({ id }) => `${LIST}${id}/messages/`);
});
afterAll(async () => {
  server.kill('SIGTERM');
  await server.exit;
  await database.drop();
});

const CONNECTIONS = 16;
const WARM_UP = 4000;
const REQUESTS = 12_000;
/** Without a leak it is half a megabyte, with one of the three that there were 4.5 to 32. */
const MAX_GROWTH_BYTES = 2_000_000;

/** Sends a request so many times, each on a connection that got its last answer. */
async function repeat(paths: readonly string[], json: unknown, times: number): Promise<void> {
  const body = JSON.stringify(json);
  const requestTo = (path: string | undefined) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const one = (_: unknown, i: number) =>
    new Promise<void>((resolve, reject) => {
      const request = requestTo(paths[i % paths.length]);
      let left = times / CONNECTIONS;
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(request));
      socket.on('error', reject).on('data', (data) => {
        if (!/^HTTP\/1.1 20[01] /.test(data.toString('latin1'))) return;
        left -= 1;
        if (left > 0) socket.write(request);
        else socket.end(resolve);
      });
    });
  await bounded('the answers', Promise.all(Array.from({ length: CONNECTIONS }, one)));
}

const oldBytes = async () =>
  (await readMetrics(server.url)).of('nodejs_heap_space_size_used_bytes', 'space="old"') ?? Number.NaN;

test.each([
  ['opening a conversation', 'open', { target_user_id: 'ben0' }],
  ['sending', 'send', { content: 'Shall we meet at the station at nine?' }],
] as const)('%s leaves nothing behind that only a full collection finds', async (_, path, json) => {
  await repeat(paths[path], json, WARM_UP);
  const before = await oldBytes();
  await repeat(paths[path], json, REQUESTS);
  expect((await oldBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
});
