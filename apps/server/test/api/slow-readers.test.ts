import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startClock, stopClock } from '../harness/clock.ts';
import { entity } from '../harness/http.ts';
import { inboxOf, nextOf, sync } from '../harness/inbox.ts';
import { METRICS_TOKEN, readMetrics } from '../harness/metrics.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';
import type { TestSocket } from '../harness/socket.ts';

// PROTOCOL 4.5 and 7: whoever does not read holds a little of the server’s memory, and not for ever.

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ RATE_LIMITS: 'off', METRICS_TOKEN });
});
afterAll(() => server.stop());
// Who is told to go has 10 s to read it, which a slow machine must not exceed.
beforeEach(stopClock);
afterEach(startClock);

const LARGE = '€'.repeat(10_000);
/** 90 MB: more than any system buffers. */
const MOST = 3000;

/** Sends to somebody who does not read, until the server has enough of it. @returns how many messages that took */
async function overwhelm(slow: Pick<TestSocket, 'ws'>, sender: TestSocket): Promise<number> {
  const ended = async () =>
    (await readMetrics(server.url)).of('duet_sockets_ended_total', 'reason="slow_consumer"') ?? 0;
  const before = await ended();
  slow.ws.pause();
  let sent = 0;
  for (; (await ended()) === before; sent += 25) {
    expect(sent).toBeLessThan(MOST);
    for (let i = 0; i < 25; i += 1) sender.send({ message: LARGE });
    await sender.take(25);
  }
  slow.ws.resume();
  return sent;
}

const firstAfter = async (person: Person, id: string, seq: number) => {
  const path = `/api/chat/conversations/${id}/messages/?order=asc&limit=1&after=${seq}`;
  return (await person.get(path)).as(entity.page).results[0]?.seq;
};

test('a conversation’s socket that is not read is closed with 4008, and its reader can read on by seq', async () => {
  const [ada, ben] = [await server.person(), await server.person()];
  const { id } = await ada.open(ben);
  const slow = await ben.connect(id);
  const sender = await ada.connect(id);
  const sent = await overwhelm(slow, sender);
  expect(await slow.closed).toEqual({ code: 4008, reason: 'slow_consumer' });
  const heard = slow.untaken.length;
  expect(heard).toBeLessThan(sent);
  expect(await firstAfter(ben, id, heard)).toBe(heard + 1);
  await sender.close();
});

test('an inbox that is not read is closed with 4008; its next connection misses nothing', async () => {
  const [ada, ben] = [await server.person(), await server.person()];
  const { id } = await ada.open(ben);
  const slow = await inboxOf(ben);
  const { cursor } = await sync(slow);
  const sender = await ada.connect(id);
  const sent = await overwhelm(slow, sender);
  expect(await slow.closed).toEqual({ code: 4008, reason: 'slow_consumer' });
  const heard = slow.untaken.length;
  expect(heard).toBeLessThan(sent);
  const again = await inboxOf(ben);
  const missed = await sync(again, cursor ?? undefined);
  expect(missed.conversations).toMatchObject([{ id, last_seq: sent, unread_count: sent }]);
  expect(await firstAfter(ben, id, heard)).toBe(heard + 1);
  await ada.send(id, 'on it goes');
  expect(await nextOf(again, 'chat_message')).toMatchObject({ seq: sent + 1 });
  await Promise.all([sender.close(), again.close()]);
});
