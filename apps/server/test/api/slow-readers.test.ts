import { afterAll, beforeAll, expect, test } from 'vitest';
import { entity } from '../harness/http.ts';
import { inboxOf, nextOf, sync } from '../harness/inbox.ts';
import { startServer, type TestServer } from '../harness/server.ts';

// PROTOCOL 4.5 and 7: whoever does not read holds a little of the server’s memory, and not for ever.

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ RATE_LIMITS: 'off' });
});
afterAll(() => server.stop());

const LARGE = '€'.repeat(10_000);

test('an inbox that is not read is closed with 4008; its next connection misses nothing', async () => {
  const [ada, ben] = [await server.person(), await server.person()];
  const { id } = await ada.open(ben);
  const slow = await inboxOf(ben);
  const { cursor } = await sync(slow);
  slow.ws.pause();
  const sender = await ada.connect(id);
  // 9 MB: more than the kernel buffers on both sides and the server's own MiB hold.
  const COUNT = 300;
  for (let sent = 0; sent < COUNT; sent += 50) {
    for (let i = 0; i < 50; i += 1) sender.send({ message: LARGE });
    await sender.take(50);
  }
  slow.ws.resume();
  expect(await slow.closed).toEqual({ code: 4008, reason: 'slow_consumer' });
  const heard = slow.untaken.length;
  expect(heard).toBeLessThan(COUNT);
  const again = await inboxOf(ben);
  const missed = await sync(again, cursor ?? undefined);
  expect(missed.conversations).toMatchObject([{ id, last_seq: COUNT, unread_count: COUNT }]);
  const path = `/api/chat/conversations/${id}/messages/?order=asc&limit=1&after=${heard}`;
  expect((await ben.get(path)).as(entity.page).results[0]?.seq).toBe(heard + 1);
  await ada.send(id, 'on it goes');
  expect(await nextOf(again, 'chat_message')).toMatchObject({ seq: COUNT + 1 });
  await Promise.all([sender.close(), again.close()]);
});
