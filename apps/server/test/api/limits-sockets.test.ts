import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { holdWindows, pass, startClock, stopClock } from '../harness/clock.ts';
import { request } from '../harness/http.ts';
import { inboxOf, nextOf, sync } from '../harness/inbox.ts';
import { METRICS_TOKEN, readMetrics } from '../harness/metrics.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';
import { bounded, connectInbox } from '../harness/socket.ts';

// A tenth of what PROTOCOL 3.11 says of sockets. Whoever is on the other side of the proxy that is trusted here has an address of their own in every test.

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    RATE_LIMITS: '0.1',
    TRUST_PROXY: '1',
    HEARTBEAT_SECONDS: '60',
    METRICS_TOKEN,
  });
});
afterAll(() => server.stop());
beforeEach(stopClock);
afterEach(startClock);

let hosts = 0;
const newAddress = () => `198.18.${++hosts >> 8}.${hosts & 255}`;
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

const strangers = () => Promise.all([server.person('ada'), server.person('ben')]);

const full = { code: 4429, reason: 'rate_limited' };

describe('3.11 what sockets may do', () => {
  test('a conversation’s socket: frames beyond are refused, whatever is in them, and who goes on is sent away', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const socket = await ada.connect(id);
    for (let n = 0; n < 9; n += 1) socket.send({ message: `${n}` });
    socket.send('no frame');
    const message_id = randomUUID();
    socket.send({ message: 'one more', message_id });
    const frames = await socket.take(11);
    const errors = frames.filter((frame) => frame.type === 'error');
    expect(errors.map(({ code }) => code).sort()).toEqual(['invalid_frame', 'rate_limited']);
    expect(errors.find(({ code }) => code === 'rate_limited')).toMatchObject({
      message_id,
      retry_after: expect.toSatisfy((seconds: number) => seconds >= 1 && seconds <= 5),
    });
    holdWindows();
    for (let n = 0; n < 299; n += 1) socket.send({ message: 'regardless' });
    await passUntil(() => socket.ws.readyState === socket.ws.CLOSED);
    expect(await socket.closed).toEqual(full);
    expect(await ben.conversation(id)).toMatchObject({ last_seq: 9 });
  });

  test('of a flood the server looks into no more than it takes to send it away', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const socket = await ada.connect(id);
    const seen = async () =>
      (await readMetrics(server.url)).of(
        'duet_socket_frames_received_total',
        'kind="conversation",type="chat_message"',
      ) ?? 0;
    for (let n = 0; n < 11; n += 1) socket.send({ message: 'x' });
    await socket.take(11);
    holdWindows();
    const before = await seen();
    for (let n = 0; n < 20_000; n += 1) socket.send({ message: 'x' });
    await passUntil(() => socket.ws.readyState === socket.ws.CLOSED);
    expect(await socket.closed).toEqual(full);
    // With the one before, 300 that were refused, and what was at work beside the last of these.
    expect((await seen()) - before).toBeGreaterThanOrEqual(299);
    expect((await seen()) - before).toBeLessThanOrEqual(299 + 32);
  });

  test('a flood that does not stop when it is told to is cut off', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const { hostname, port } = new URL(server.url);
    const wire = createConnection(Number(port), hostname);
    wire.on('error', () => {}); // what it writes after the end is not taken any more
    let isEnded = false;
    const ended = new Promise<void>((resolve) => {
      wire.once('close', () => {
        isEnded = true;
        resolve();
      });
    });
    wire.write(
      `GET /ws/chat/${id}/?token=${ada.token} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    await once(wire, 'data');
    let heard = Buffer.alloc(0);
    wire.on('data', (data: Buffer) => (heard = Buffer.concat([heard, data])));
    // A text frame without a mask: a key of zeros.
    const text = Buffer.from(JSON.stringify({ message: 'on and on' }));
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
    const frames = Buffer.concat(Array.from({ length: 500 }, () => frame));
    const pour = () => {
      if (!wire.destroyed) wire.write(frames, pour);
    };
    wire.write(Buffer.concat(Array.from({ length: 11 }, () => frame)));
    await passUntil(() => heard.includes('"rate_limited"'));
    holdWindows();
    pour();
    await passUntil(() =>
      heard.includes(Buffer.from([0x88, 2 + full.reason.length, full.code >> 8, full.code & 255])),
    );
    // It has a second to read that; ten are for who answers the close, and sixty until the next heartbeat.
    expect(isEnded).toBe(false);
    pass(1000);
    await bounded('the end', ended);
  });

  test('an inbox: messages, syncs and the other frames each have their limit, and the error says what was refused', async () => {
    const [ada, ben] = await strangers();
    const { id: conversation_id } = await ada.open(ben);
    const inbox = await inboxOf(ada);
    const message = { type: 'chat_message', conversation_id, message: 'x' };
    const ids = Array.from({ length: 12 }, () => randomUUID());
    for (const message_id of ids) inbox.send({ ...message, message_id });
    for (const message_id of ids.slice(10))
      expect(await nextOf(inbox, 'error')).toMatchObject({
        code: 'rate_limited',
        frame: 'chat_message',
        conversation_id,
        message_id,
      });
    for (let n = 0; n < 12; n += 1) await sync(inbox);
    inbox.send({ type: 'sync' });
    expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'rate_limited', frame: 'sync' });
    for (let n = 0; n < 15; n += 1) inbox.send({ type: 'ping' });
    for (let n = 0; n < 15; n += 1) inbox.send('no frame');
    for (let n = 0; n < 15; n += 1)
      expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'invalid_frame' });
    inbox.send({ type: 'ping' });
    expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'rate_limited', frame: 'ping' });
    expect(await ben.conversation(conversation_id)).toMatchObject({ last_seq: 10 });
    await inbox.close();
  });

  test('sockets of a user: 5 at once, of either kind, and another one when one has gone', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const one = await ada.connect(id);
    const others = [await ada.connect(id)];
    const inboxes = [await inboxOf(ada), await inboxOf(ada), await inboxOf(ada)];
    expect(await (await ada.connect(id)).closed).toEqual(full);
    const inbox = await connectInbox(server.url);
    inbox.send({ type: 'auth', token: ada.token });
    expect(await inbox.closed).toEqual(full);
    await (await ben.connect(id)).close();
    await one.close();
    await expect.poll(() => opens(ada, id), { timeout: PATIENCE_MS }).toBe(true);
    for (const socket of [...others, ...inboxes]) await socket.close();
  });

  test('sockets of an address: 100 at once, and other addresses are free', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => server.person()));
    const address = newAddress();
    const enter = ({ token }: Person, at = address) =>
      connectInbox(server.url, { headers: { ...from(at).headers, authorization: `Bearer ${token}` } });
    const inboxes = [];
    for (const person of people)
      for (let n = 0; n < 5; n += 1) {
        const inbox = await enter(person);
        await nextOf(inbox, 'ready');
        inboxes.push(inbox);
      }
    const late = await server.person();
    expect(await (await enter(late)).closed).toEqual(full);
    const elsewhere = await enter(late, newAddress());
    await nextOf(elsewhere, 'ready');
    for (const inbox of [...inboxes, elsewhere]) await inbox.close();
  });

  test('20 sockets of an address may not have said who they are', async () => {
    const ada = await server.person('ada');
    const [here, there] = [newAddress(), newAddress()];
    const silent = await Promise.all(Array.from({ length: 20 }, () => connectInbox(server.url, from(here))));
    expect(await (await connectInbox(server.url, from(here))).closed).toEqual(full);
    silent[0]?.send({ type: 'auth', token: ada.token });
    if (silent[0]) await nextOf(silent[0], 'ready');
    silent.push(await connectInbox(server.url, from(here))); // one of them is known by now
    expect(await (await connectInbox(server.url, from(here))).closed).toEqual(full);
    await (await connectInbox(server.url, from(there))).close();
    for (const inbox of silent) await inbox.close();
  });

  /** Lets as much time pass as the server takes for something, while it works. */
  async function passUntil(isSo: () => boolean): Promise<void> {
    for (let passed = 0; !isSo(); passed += 50) {
      expect(passed).toBeLessThan(100_000);
      pass(50);
      await request(server.url, 'GET', '/healthz');
    }
  }

  /** Whether a socket of theirs gets in, and hears what is said. */
  async function opens(person: Person, id: string): Promise<boolean> {
    const socket = await person.connect(id);
    socket.send({ message: 'here' });
    const heard = await socket.next().catch(() => undefined);
    await socket.close();
    return heard?.type === 'chat_message';
  }
});
