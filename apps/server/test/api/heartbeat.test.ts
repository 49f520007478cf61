import { expect, onTestFinished, test, vi } from 'vitest';
import { pass } from '../harness/clock.ts';
import { request } from '../harness/http.ts';
import { startServer } from '../harness/server.ts';

test('4.5 sockets are pinged in turns, each once in an interval', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await startServer({ HEARTBEAT_SECONDS: '25' });
  try {
    const [ada, ben] = [await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    const sockets = await Promise.all(Array.from({ length: 40 }, () => ada.connect(id)));
    const pings = sockets.map(() => 0);
    for (const [i, { ws }] of sockets.entries()) ws.on('ping', () => (pings[i] = (pings[i] ?? 0) + 1));
    const heard = () => pings.reduce((sum, count) => sum + count);
    const inEachTurn: number[] = [];
    for (let turn = 0; turn < 50; turn += 1) {
      const before = heard();
      pass(500);
      await request(server.url, 'GET', '/healthz'); // by then it is heard
      inEachTurn.push(heard() - before);
    }
    expect(Math.max(...inEachTurn)).toBeLessThanOrEqual(2);
    expect(pings).toEqual(sockets.map(() => 1));
    await Promise.all(sockets.map((socket) => socket.close()));
  } finally {
    await server.stop();
  }
});
