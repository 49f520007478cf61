import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { request } from '../harness/http.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { mint, type Person, startServer, type TestServer } from '../harness/server.ts';
import { connectInbox } from '../harness/socket.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe.concurrent('7.1 connecting', () => {
  test('the token may come in a first frame, a subprotocol entry, the header or the query', async () => {
    const ada = await server.person('ada');
    const first = await connectInbox(server.url);
    first.send({ type: 'auth', token: ada.token });
    for (const inbox of [
      first,
      await connectInbox(server.url, { protocols: [`bearer.${ada.token}`] }),
      await connectInbox(server.url, { headers: { authorization: `Bearer ${ada.token}` } }),
      await connectInbox(server.url, { query: `?token=${ada.token}` }),
    ]) {
      const ready = await nextOf(inbox, 'ready');
      expect(ready.user.id).toBe(ada.id);
      expect(ready.expires_in).toBeGreaterThan(50);
      expect(ready.heartbeat_seconds).toBe(25);
      expect(inbox.ws.protocol).toBe('duet.v1');
      await inbox.close();
    }
    expect(server.log.join('')).not.toContain(ada.token);
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

describe.concurrent('7.2 a fresh token in band', () => {
  const soon = (person: Person, seconds: number) =>
    mint({ sub: person.id, exp: Math.floor(Date.now() / 1000) + seconds });

  test('is asked for before the old one expires, and keeps the socket', async () => {
    const ada = await server.person('ada');
    const inbox = await connectInbox(server.url);
    inbox.send({ type: 'auth', token: await soon(ada, 4) });
    await nextOf(inbox, 'ready');
    const { expires_in } = await nextOf(inbox, 'auth');
    expect(expires_in).toBeLessThan(4);
    inbox.send({ type: 'auth', token: ada.token });
    expect((await nextOf(inbox, 'ready')).expires_in).toBeGreaterThan(50);
    const other = await inboxOf(ada);
    inbox.send({ type: 'auth', token: await soon(ada, 4) });
    expect((await nextOf(inbox, 'ready')).expires_in).toBeLessThan(4);
    expect(await inbox.closed).toEqual({ code: 4401, reason: 'token_expired' });
    await other.close();
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
