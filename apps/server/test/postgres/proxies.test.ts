import { request as httpRequest } from 'node:http';
import { errors } from '@duet/contract';
import { createDuet, createRest } from '@duet/sdk';
import { createPostgres, type TestDatabase } from '@duet/testing/database';
import { freePort } from '@duet/testing/port';
import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { entity, expectProblem, request } from '../harness/http.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { type ServerProcess, startProcess } from '../harness/process.ts';
import { PROXIES, type RunningProxy, startProxy } from '../harness/proxy.ts';
import { JWT_SECRET, mint, Person } from '../harness/server.ts';

/** Shorter than in the files, so that a socket outlives them; and heartbeats that are shorter yet. */
const SOCKET_TIMEOUT_S = 3;
const HEARTBEAT_SECONDS = 1;

let database: TestDatabase;
let env: Record<string, string>;
const nodes: ServerProcess[] = [];
const portOf = (node: ServerProcess | undefined) => new URL(node?.url ?? '').port;

beforeAll(async () => {
  database = await createPostgres();
  env = {
    ...database.env,
    JWT_SECRET,
    HEARTBEAT_SECONDS: `${HEARTBEAT_SECONDS}`,
    LOG_LEVEL: 'debug',
    SHUTDOWN_DELAY_SECONDS: '2',
    RATE_LIMITS: '100',
    TRUST_PROXY: '1',
  };
  // Ports that they come back to, and that nobody else is given meanwhile.
  const start = async () => startProcess({ ...env, PORT: `${await freePort()}` });
  nodes.push(await start(), await start());
});
afterAll(async () => {
  for (const node of nodes) node.kill('SIGTERM');
  await Promise.all(nodes.map(({ exit }) => exit));
  await database.drop();
});

/** Ends a node and starts it again, at its port. */
async function restart(index: 0 | 1, signal: NodeJS.Signals): Promise<void> {
  const PORT = portOf(nodes[index]);
  nodes[index]?.kill(signal);
  await nodes[index]?.exit;
  nodes[index] = await startProcess({ ...env, PORT });
}

describe.each(PROXIES)('behind %s', (name) => {
  let proxy: RunningProxy;
  let ada: Person;
  let ben: Person;
  let id: string;
  const tokens: string[] = [];

  beforeAll(async () => {
    proxy = await startProxy(name, {
      ports: [portOf(nodes[0]), portOf(nodes[1])],
      fillIn: (text) =>
        text.replace(
          /^( *(?:proxy_read_timeout|proxy_send_timeout|timeout tunnel) )60s/gm,
          `$1${SOCKET_TIMEOUT_S}s`,
        ),
    });
    [ada, ben] = [await personOf('ada'), await personOf('ben')];
    id = (await ada.open(ben)).id;
  });
  afterAll(() => proxy.stop());

  async function personOf(who: string): Promise<Person> {
    const sub = `${who} behind ${name}`;
    const token = await mint({ sub, name: sub, exp: Math.floor(Date.now() / 1000) + 600 });
    tokens.push(token);
    const person = new Person(proxy.url, sub, token);
    await person.get('/api/chat/users/me/');
    return person;
  }

  test('answers are the API’s own: absolute URLs, request ids, problem details', async () => {
    for (const content of ['one', 'two']) await ada.send(id, content);
    const path = `/api/chat/conversations/${id}/messages/`;
    const page = (await ada.get(`${path}?limit=1`)).as(entity.page);
    expect(page.next?.startsWith(proxy.url + path)).toBe(true); // with PUBLIC_URL it is that
    const answer = async (headers: Record<string, string>) =>
      (await request(proxy.url, 'GET', '/healthz', { headers })).headers.get('x-request-id');
    expect(await answer({ 'x-request-id': 'mine-1' })).toBe('mine-1');
    const made = await answer({ 'x-request-id': 'not "fit" for a log' });
    expect(made).toMatch(/^[\w.-]{32,36}$/);
    await vi.waitFor(() => expect(proxy.log()).toContain(`request_id=${made}`), { timeout: PATIENCE_MS });
    expectProblem(await ada.postRaw(path, '{'), 400, 'invalid_request');
    const tooLarge = await ada.postRaw(path, JSON.stringify({ content: 'x'.repeat(70_000) }));
    expect(tooLarge.status).toBe(413);
    expect(tooLarge.as(entity.problem)).toMatchObject({
      code: 'payload_too_large',
      title: errors.payload_too_large.title,
      request_id: tooLarge.headers.get('x-request-id'),
    });
  });

  test('one person’s requests go to every node, and so do sockets, which talk live', async () => {
    const ids = Array.from({ length: 10 }, (_, i) => `${name}-${i}`);
    for (const requestId of ids) {
      const headers = { 'x-request-id': requestId };
      await request(proxy.url, 'GET', '/api/chat/users/me/', { token: ada.token, headers });
    }
    for (const node of nodes)
      expect(ids.some((of) => node.output.includes(`"request_id":"${of}"`))).toBe(true);

    const [adas, bens] = [await inboxOf(ada), await inboxOf(ben)];
    const plain = await ben.connect(id);
    const nodeOf = (of: Person) =>
      nodes.findIndex(({ output }) => output.includes(`"user_id":"${of.id}","msg":"inbox opened"`));
    expect([nodeOf(ada), nodeOf(ben)].sort()).toEqual([0, 1]);
    adas.send({
      type: 'chat_message',
      conversation_id: id,
      message: 'live',
      message_id: crypto.randomUUID(),
    });
    expect(await nextOf(bens, 'chat_message')).toMatchObject({ message: 'live' });
    expect(await plain.next()).toMatchObject({ message: 'live' });
    await Promise.all([adas.close(), bens.close(), plain.close()]);
  });

  test('a socket on which nobody speaks lives on, by its heartbeats', async () => {
    const socket = await ben.connect(id);
    const beats = SOCKET_TIMEOUT_S / HEARTBEAT_SECONDS + 2;
    const lived = new Promise<void>((resolve) => {
      let heard = 0;
      socket.ws.on('ping', () => {
        heard += 1;
        if (heard === beats) resolve();
      });
    });
    await Promise.race([lived, socket.closed.then(({ code }) => expect.fail(`closed with ${code}`))]);
    await ada.send(id, 'still there?');
    expect(await socket.next()).toMatchObject({ message: 'still there?' });
    await socket.close();
  });

  test('a node that is stopped in order costs no request, and one that is killed none that may be repeated', async () => {
    const path = `/api/chat/conversations/${id}/messages/`;
    const write = () => requestOnce(proxy.url, path, ada.token, { content: 'load' });
    const read = () => requestOnce(proxy.url, `${path}?limit=1`, ada.token);
    await underLoad([write, read], async () => {
      // Only HAProxy sees by itself that a node drains.
      const down = (text: string) =>
        text.replaceAll(/(:\d+) (max_fails)/g, (server, port, rest) =>
          port === `:${portOf(nodes[0])}` ? `${port} down ${rest}` : server,
        );
      if (name === 'nginx') await proxy.reload(down);
      await restart(0, 'SIGTERM');
      if (name === 'nginx') await proxy.reload((text) => text);
    });
    // It was out of turn before it refused anything.
    if (name === 'haproxy') {
      expect(proxy.log()).toContain('rest/node1 is DOWN, reason: Layer7 wrong status, code: 503');
      await expect.poll(() => proxy.log(), { timeout: PATIENCE_MS }).toContain('rest/node1 is UP');
    }
    // HAProxy does not try again when a node is cut off in the middle of a request: whoever called does, as the SDK.
    const duet = createRest({ url: proxy.url, getToken: async () => ada.token });
    const list = async () => {
      await duet.messages.list({ conversation_id: id, limit: 1 });
      return 200;
    };
    await underLoad([name === 'nginx' ? read : list], () => restart(1, 'SIGKILL'));
  });

  test('the SDK’s messages come once and in order while the nodes are restarted one after the other', async () => {
    const [from, to] = [await personOf('cleo'), await personOf('dan')];
    const { id: conversationId } = await from.open(to);
    const duets = [from, to].map(({ token }) => createDuet({ url: proxy.url, getToken: async () => token }));
    const threads = duets.map(({ live }) => live.conversation(conversationId));
    const stops = threads.map((thread) => thread.subscribe(() => {}));
    for (const { live } of duets) live.connect();
    const contents = Array.from({ length: 100 }, (_, i) => `${i}`);
    const waiting = [...contents];
    const timer = setInterval(() => {
      const content = waiting.shift();
      if (content !== undefined) threads[0]?.send(content);
    }, 30);
    try {
      await restart(0, 'SIGTERM');
      await restart(1, 'SIGTERM');
      await vi.waitFor(
        () => {
          for (const thread of threads)
            expect(thread.get().messages.map(({ content }) => content)).toEqual(contents);
        },
        { timeout: PATIENCE_MS, interval: 50 },
      );
      expect(threads[0]?.get().outgoing).toEqual([]);
      const path = `/api/chat/conversations/${conversationId}/messages/?order=asc&limit=100`;
      const { results, next } = (await to.get(path)).as(entity.page);
      expect(results.map(({ content }) => content)).toEqual(contents);
      expect(next).toBeNull();
    } finally {
      clearInterval(timer);
      for (const stop of stops) stop();
      for (const { live } of duets) live.close();
    }
  });

  test('no token is in its log, also when it tries a node that is not there', async () => {
    const half = await startProxy(name, { ports: [portOf(nodes[0]), '1'] });
    try {
      const person = new Person(half.url, ben.id, ben.token);
      for (let i = 0; i < 4; i += 1) await (await person.connect(id)).close();
      for (const log of [proxy.log(), half.log()]) {
        expect(log).toContain(`/ws/chat/${id}/`);
        for (const token of tokens) expect(log).not.toContain(token);
        expect(log).not.toContain('token=');
      }
    } finally {
      await half.stop();
    }
  });
});

/** Does the work while requests are made without a pause, each of which has to succeed. */
async function underLoad(
  requests: readonly (() => Promise<number>)[],
  work: () => Promise<void>,
): Promise<void> {
  let done = false;
  let made = 0;
  const lines = [...requests, ...requests].map(async (make) => {
    while (!done) {
      expect(await make()).toBeLessThan(300);
      made += 1;
    }
  });
  await Promise.race([work(), Promise.all(lines)]).finally(() => (done = true));
  await Promise.all(lines);
  expect(made).toBeGreaterThan(10);
}

/** On a connection of its own: one that was used before may be closed at the moment that it is used again. @returns the status */
function requestOnce(url: string, path: string, token: string, body?: object): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { method: body ? 'POST' : 'GET', agent: false, timeout: 20_000, headers };
    httpRequest(url + path, options, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    })
      .once('error', reject)
      .end(body && JSON.stringify(body));
  });
}
