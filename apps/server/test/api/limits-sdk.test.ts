import { createDuet } from '@duet/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { pass, startClock, stopClock } from '../harness/clock.ts';
import { entity, request } from '../harness/http.ts';
import { startServer, type TestServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ RATE_LIMITS: '0.1' }); // 10 messages in 5 s
});
afterAll(() => server.stop());
beforeEach(stopClock);
afterEach(startClock);

test('the SDK waits as long as it is told, and all that was written arrives once and in its order', async () => {
  const [ada, ben] = await Promise.all([server.person('ada'), server.person('ben')]);
  const { id } = await ada.open(ben);
  const duet = createDuet({ url: server.url, getToken: () => ada.token });
  duet.live.connect();
  const thread = duet.live.conversation(id);
  const written = Array.from({ length: 14 }, (_, n) => `${n}`);
  for (const text of written) thread.send(text);
  const stop = thread.subscribe(() => {});
  expect(thread.get().outgoing).not.toEqual([]);
  for (let passed = 0; thread.get().outgoing.length > 0; passed += 100) {
    expect(passed).toBeLessThan(100_000);
    pass(100);
    await request(server.url, 'GET', '/healthz'); // whatever that led to goes on
  }
  const { results } = (await ben.get(`/api/chat/conversations/${id}/messages/?order=asc`)).as(entity.page);
  expect(results.map(({ content }) => content)).toEqual(written);
  stop();
  duet.live.close();
});
