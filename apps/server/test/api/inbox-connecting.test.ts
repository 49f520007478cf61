import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { pass, startClock, stopClock } from '../harness/clock.ts';
import { request } from '../harness/http.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { mint, type Person, startServer, type TestServer } from '../harness/server.ts';
import { bounded, connectInbox } from '../harness/socket.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(stopClock);
afterEach(startClock);

const tokenOf = (person: Person, seconds: number) =>
  mint({ sub: person.id, exp: Math.floor(Date.now() / 1000) + seconds });

describe('7.1 connecting', () => {
  test('the token may come in a first frame, a subprotocol entry, the header or the query', async () => {
    const ada = await server.person('ada');
    const token = await tokenOf(ada, 100);
    const first = await connectInbox(server.url);
    first.send({ type: 'auth', token });
    for (const inbox of [
      first,
      await connectInbox(server.url, { protocols: [`bearer.${token}`] }),
      await connectInbox(server.url, { headers: { authorization: `Bearer ${token}` } }),
      await connectInbox(server.url, { query: `?token=${token}` }),
    ]) {
      const ready = await nextOf(inbox, 'ready');
      expect(ready.user.id).toBe(ada.id);
      expect(ready.expires_in).toBe(100);
      expect(ready.heartbeat_seconds).toBe(25);
      expect(inbox.ws.protocol).toBe('duet.v1');
      await inbox.close();
    }
    expect(server.log.join('')).not.toContain(token);
  });

  test('a token that does not hold closes with 4401 and the reason, and so does anything before it', async () => {
    const ada = await server.person('ada');
    const expired = await mint({ sub: ada.id, exp: Math.floor(Date.now() / 1000) - 10 });
    for (const [frame, reason] of [
      [{ type: 'auth', token: 'garbled' }, 'invalid_token'],
      [{ type: 'auth', token: expired }, 'token_expired'],
      [{ type: 'auth' }, 'missing_token'],
      [{ type: 'sync' }, 'missing_token'],
      ['nonsense', 'missing_token'],
    ] as const) {
      const silent = await connectInbox(server.url);
      const inbox = await connectInbox(server.url);
      inbox.send(frame);
      expect(await inbox.closed, JSON.stringify(frame)).toEqual({ code: 4401, reason });
      // At once, and not when the time is up that one who says nothing has.
      expect(silent.ws.readyState).toBe(WebSocket.OPEN);
      await silent.close();
    }
    const byQuery = await connectInbox(server.url, { query: '?token=garbled' });
    expect(await byQuery.closed).toEqual({ code: 4401, reason: 'invalid_token' });
  });

  test('who says nothing for 5 s is closed with 4401', async () => {
    const inbox = await connectInbox(server.url);
    pass(4999);
    inbox.ws.ping();
    await bounded('the pong', once(inbox.ws, 'pong'));
    expect(inbox.ws.readyState).toBe(WebSocket.OPEN);
    pass(1);
    expect(await inbox.closed).toEqual({ code: 4401, reason: 'missing_token' });
  });

  test('without the subprotocol: 4406; without the upgrade: 426', async () => {
    const ws = new WebSocket(`${server.url.replace('http', 'ws')}/ws/chat/`);
    const closed = new Promise((resolve) => {
      ws.once('close', (code, reason) => resolve([code, reason.toString()]));
    });
    expect(await closed).toEqual([4406, 'unsupported_protocol']);
    expect((await request(server.url, 'GET', '/ws/chat/')).status).toBe(426);
  });
});

describe('7.2 a fresh token in band', () => {
  test('is asked for before the old one expires, and keeps the socket', async () => {
    const ada = await server.person('ada');
    const inbox = await connectInbox(server.url);
    const renew = async (seconds: number) => {
      inbox.send({ type: 'auth', token: await tokenOf(ada, seconds) });
      expect(await inbox.next()).toMatchObject({ type: 'ready', expires_in: seconds });
    };
    await renew(100);
    pass(70_000);
    expect(await inbox.next()).toEqual({ type: 'auth', expires_in: 30 });
    await renew(100);
    pass(60_000); // past the end of the first
    await renew(4);
    pass(2000);
    expect(await inbox.next()).toEqual({ type: 'auth', expires_in: 2 });
    pass(2000);
    expect(await inbox.closed).toEqual({ code: 4401, reason: 'token_expired' });
    expect(inbox.untaken).toEqual([]);
  });

  test('one that does not hold, or is somebody else’s, changes nothing', async () => {
    const [ada, ben] = [await server.person('ada'), await server.person('ben')];
    const inbox = await inboxOf(ada);
    for (const token of ['garbled', ben.token]) {
      inbox.send({ type: 'auth', token });
      expect(await inbox.next()).toMatchObject({ type: 'error', code: 'invalid_token', frame: 'auth' });
    }
    inbox.send({ type: 'ping' });
    expect(await inbox.next()).toEqual({ type: 'pong', cursor: null, heads: [] });
    await inbox.close();
  });
});
