import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { pass, startClock, stopClock } from '../harness/clock.ts';
import { entity, request } from '../harness/http.ts';
import { mint, type Person, startServer, type TestServer } from '../harness/server.ts';
import { bounded, connect } from '../harness/socket.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ RATE_LIMITS: '100' }); // much is done at once here
});
afterAll(() => server.stop());

async function pair() {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  const { id } = await ada.open(ben);
  return { ada, ben, id };
}

const history = async (person: Person, id: string) =>
  (await person.get(`/api/chat/conversations/${id}/messages/?order=asc&limit=100`)).as(entity.page).results;

describe('4.1 connecting', () => {
  test('the token may come in the query or in the header', async () => {
    const { ada, id } = await pair();
    const byQuery = await ada.connect(id);
    const byHeader = await connect(`${server.url}/ws/chat/${id.toUpperCase()}/`, {
      headers: { authorization: `Bearer ${ada.token}` },
    });
    byHeader.send({ message: 'both' });
    expect(await byQuery.next()).toEqual(await byHeader.next());
    await Promise.all([byQuery.close(), byHeader.close()]);
  });

  test('the last slash may be missing, for a socket follows no redirect', async () => {
    const { ada, id } = await pair();
    const [listener, sender] = [
      await connect(`${server.url}/ws/chat/${id}?token=${ada.token}`),
      await ada.connect(id),
    ];
    sender.send({ message: 'heard' });
    expect(await listener.next()).toEqual(await sender.next());
    await Promise.all([listener.close(), sender.close()]);
    // An inbox without its subprotocol.
    expect(await (await connect(`${server.url}/ws/chat?token=${ada.token}`)).closed).toMatchObject({
      code: 4406,
    });
    for (const path of [`/ws/chat/${id}`, '/ws/chat'])
      expect((await request(server.url, 'GET', path)).status, path).toBe(426);
  });

  test('closes with the reason after a completed handshake', async () => {
    const { ada, id } = await pair();
    const eve = await server.person('eve');
    const url = `${server.url}/ws/chat/`;
    const now = Math.floor(Date.now() / 1000);
    for (const [path, code, reason] of [
      [`${id}/`, 4401, 'missing_token'],
      [`${id}/?token=`, 4401, 'missing_token'],
      [`${id}/?token=garbled`, 4401, 'invalid_token'],
      [`${id}/?token=${await mint({ sub: ada.id, exp: now - 10 })}`, 4401, 'token_expired'],
      [`${id}/?token=${eve.token}`, 4403, 'not_participant'],
      [`${randomUUID()}/?token=${ada.token}`, 4404, 'not_found'],
      [`nonsense/?token=${ada.token}`, 4404, 'not_found'],
      [`%00/?token=${ada.token}`, 4404, 'not_found'],
    ] as const) {
      const socket = await connect(url + path);
      expect(await socket.closed, path).toEqual({ code, reason });
      expect(socket.untaken).toEqual([]);
    }
  });

  test('an upgrade on any other path is refused with 404', async () => {
    const { ada, id } = await pair();
    for (const path of ['/nowhere', '/ws/', `/ws/chat/${id}/x/`]) {
      await expect(connect(`${server.url}${path}?token=${ada.token}`)).rejects.toThrow('404');
    }
  });

  test('a plain GET gets 426', async () => {
    const { id } = await pair();
    const answer = await request(server.url, 'GET', `/ws/chat/${id}/`);
    expect(answer.status).toBe(426);
    expect(answer.headers.get('upgrade')).toBe('websocket');
  });

  test('a handshake that is broken or abandoned leaves nothing behind', async () => {
    const { ada, id } = await pair();
    const tcp = connectTcp(Number(new URL(server.url).port), '127.0.0.1');
    tcp.write(
      `GET /ws/chat/${id}/?token=${ada.token} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    const [answer] = await bounded(
      'an answer',
      new Promise<Buffer[]>((resolve) => tcp.once('data', (data) => resolve([data]))),
    );
    expect(answer?.toString()).toMatch(/^HTTP\/1.1 400/);
    tcp.destroy();
    const socket = await ada.connect(id);
    socket.send({ message: 'still works' });
    expect(await socket.next()).toMatchObject({ message: 'still works' });
    await socket.close();
  });
});

describe('4.2 and 4.3 frames', () => {
  test('both sides’ sockets, the sender’s included, receive exactly the frame', async () => {
    const { ada, ben, id } = await pair();
    const sockets = [await ada.connect(id), await ada.connect(id), await ben.connect(id)];
    const message_id = randomUUID();
    sockets[0]?.send({ message: 'Hello', message_id: message_id.toUpperCase() });
    const [first, ...others] = await Promise.all(sockets.map((socket) => socket.next()));
    const [stored] = await history(ben, id);
    expect(first).toEqual({
      type: 'chat_message',
      message: 'Hello',
      sender_id: ada.id,
      sender_username: stored?.sender.username,
      timestamp: stored?.timestamp,
      message_id,
      conversation_id: id,
      seq: 1,
    });
    for (const other of others) expect(other).toEqual(first);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  test('what is sent through REST is heard on sockets, once', async () => {
    const { ada, ben, id } = await pair();
    const socket = await ben.connect(id);
    const message_id = randomUUID();
    const sent = await ada.send(id, 'through REST', message_id);
    await ada.send(id, 'through REST', message_id);
    await ada.send(id, 'next');
    expect(await socket.take(2)).toMatchObject([
      { seq: sent.seq, message_id },
      { seq: sent.seq + 1, message: 'next' },
    ]);
    await socket.close();
  });

  test('errors go to the socket that caused them, which stays open, and nothing is stored', async () => {
    const { ada, ben, id } = await pair();
    const [mine, theirs] = [await ada.connect(id), await ben.connect(id)];
    const message_id = randomUUID();
    for (const [frame, code] of [
      ['not json', 'invalid_frame'],
      ['', 'invalid_frame'],
      ['[]', 'invalid_frame'],
      ['"x"', 'invalid_frame'],
      ['null', 'invalid_frame'],
      [Buffer.from('{"message":"binary"}'), 'invalid_frame'],
      [{ type: 'shout', message: 'x' }, 'invalid_frame'],
      [{ type: 7, message: 'x' }, 'invalid_frame'],
      [{}, 'invalid_request'],
      [{ message: '' }, 'invalid_request'],
      [{ message: ' \n ' }, 'invalid_request'],
      [{ message: 'x'.repeat(10_001) }, 'invalid_request'],
      [{ message: 'a\0b' }, 'invalid_request'],
      ['{"message":"\\ud800"}', 'invalid_request'],
      [{ message: 7 }, 'invalid_request'],
      [{ message: ['x'] }, 'invalid_request'],
      [{ message: 'x', message_id: 'x' }, 'invalid_request'],
      [{ message: 'x', message_id: 7 }, 'invalid_request'],
    ] as const) {
      mine.send(frame);
      const answer = await mine.next();
      expect(answer, JSON.stringify(frame)).toMatchObject({ type: 'error', code });
      expect(Object.keys(answer)).not.toContain('message_id');
    }
    mine.send({ message: '', message_id });
    expect(await mine.next()).toMatchObject({ type: 'error', message_id });
    mine.send({ type: 'chat_message', message: 'good' });
    expect(await theirs.next()).toMatchObject({ message: 'good', seq: 1 });
    expect(theirs.untaken).toEqual([]);
    await Promise.all([mine.close(), theirs.close()]);
  });

  test('a repeated message_id gets the original on the asking socket alone; other content is a conflict', async () => {
    const { ada, ben, id } = await pair();
    const [mine, theirs] = [await ada.connect(id), await ben.connect(id)];
    const message_id = randomUUID();
    mine.send({ message: 'once', message_id });
    const original = await mine.next();
    mine.send({ message: 'once', message_id });
    expect(await mine.next()).toEqual(original);
    mine.send({ message: 'other', message_id });
    expect(await mine.next()).toMatchObject({ type: 'error', code: 'conflict', message_id });
    theirs.send({ message: 'once', message_id });
    expect(await theirs.take(2)).toMatchObject([original, { type: 'error', code: 'conflict' }]);
    expect(await history(ada, id)).toHaveLength(1);
    await Promise.all([mine.close(), theirs.close()]);
  });

  test('a frame of 10,000 characters fits however it is escaped, and may come in fragments', async () => {
    const { ada, id } = await pair();
    const socket = await ada.connect(id);
    socket.send(`{"message":"${'\\u00e9'.repeat(10_000)}"}`);
    expect(await socket.next()).toMatchObject({ message: 'é'.repeat(10_000) });
    socket.ws.send('{"message":', { fin: false });
    socket.ws.send('"in two"}', { fin: true });
    expect(await socket.next()).toMatchObject({ message: 'in two' });
    await socket.close();
  });
});

describe('4.4 order', () => {
  test('every device sees seq 1..n, each sender’s order kept, from sockets and REST at once', async () => {
    const { ada, ben, id } = await pair();
    const sockets = [await ada.connect(id), await ada.connect(id), await ben.connect(id)];
    const EACH = 60;
    for (let i = 0; i < EACH; i += 1)
      for (const [n, socket] of sockets.entries()) socket.send({ message: `${n}:${i}` });
    await Promise.all(Array.from({ length: 20 }, (_, i) => ben.send(id, `rest:${i}`)));
    const total = 3 * EACH + 20;
    const heard = await Promise.all(sockets.map((socket) => socket.take(total)));
    for (const frames of heard) {
      expect(frames.map((frame) => 'seq' in frame && frame.seq)).toEqual(
        Array.from({ length: total }, (_, i) => i + 1),
      );
      for (const n of sockets.keys()) {
        const own = frames.flatMap((frame) =>
          'message' in frame && frame.message.startsWith(`${n}:`) ? [frame.message] : [],
        );
        expect(own).toEqual(Array.from({ length: EACH }, (_, i) => `${n}:${i}`));
      }
    }
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});

describe('4.5 and 4.6 ends', () => {
  test('a peer that does not answer pings is ended', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const impatient = await startServer({ HEARTBEAT_SECONDS: '25' });
    try {
      const [ada, ben] = [await impatient.person(), await impatient.person()];
      const { id } = await ada.open(ben);
      const dead = await connect(`${impatient.url}/ws/chat/${id}/?token=${ada.token}`, { autoPong: false });
      const alive = await ada.connect(id);
      const pinged = Promise.all([dead, alive].map(({ ws }) => once(ws, 'ping')));
      pass(25_000);
      await bounded('the pings', pinged);
      alive.send({ message: 'behind its pong' });
      expect(await alive.next()).toMatchObject({ message: 'behind its pong' });
      expect(dead.ws.readyState).toBe(dead.ws.OPEN);
      pass(25_000);
      expect((await dead.closed).code).toBe(1006);
      alive.send({ message: 'still here' });
      expect(await alive.next()).toMatchObject({ message: 'still here' });
      await alive.close();
    } finally {
      await impatient.stop();
    }
  });

  test('what a client sent before it closed is stored', async () => {
    const { ada, id } = await pair();
    const socket = await ada.connect(id);
    for (let i = 0; i < 20; i += 1) socket.send({ message: `${i}` });
    await socket.close();
    const stored = async (): Promise<number> => (await ada.conversation(id)).last_seq;
    while ((await stored()) < 20) await ada.get('/healthz'); // bounded by the test's own time
    expect((await history(ada, id)).map(({ content }) => content)).toEqual(
      Array.from({ length: 20 }, (_, i) => `${i}`),
    );
  });

  test('a frame over 64 KiB closes with 1009, one that is not UTF-8 with 1007', async () => {
    const { ada, id } = await pair();
    const large = await ada.connect(id);
    large.send('x'.repeat(65_537));
    expect((await large.closed).code).toBe(1009);
    const broken = await ada.connect(id);
    broken.ws.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect((await broken.closed).code).toBe(1007);
    expect(await history(ada, id)).toEqual([]);
  });

  test('a socket whose token expires is closed with 4401', async () => {
    const { ada, ben, id } = await pair();
    stopClock();
    onTestFinished(startClock);
    const token = await mint({ sub: ada.id, exp: Math.floor(Date.now() / 1000) + 5 });
    const socket = await connect(`${server.url}/ws/chat/${id}/?token=${token}`);
    pass(4999);
    await ben.send(id, 'heard while it lasts');
    expect(await socket.next()).toMatchObject({ message: 'heard while it lasts' });
    pass(1);
    expect(await socket.closed).toEqual({ code: 4401, reason: 'token_expired' });
  });

  test('a token of the far future does not close the socket at once', async () => {
    const { ada, id } = await pair();
    for (const exp of [99_999_999_999, 9e12, 1e20]) {
      const socket = await connect(`${server.url}/ws/chat/${id}/?token=${await mint({ sub: ada.id, exp })}`);
      socket.send({ message: 'alive' });
      expect(await socket.next()).toMatchObject({ message: 'alive' });
      await socket.close();
    }
  });
});
