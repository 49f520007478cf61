import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startServer } from '../harness/server.ts';
import { bounded } from '../harness/socket.ts';

test('4.5 sockets are pinged in turns, each once in an interval', async () => {
  const server = await startServer({ HEARTBEAT_SECONDS: '1' });
  try {
    const [ada, ben] = [await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    const sockets = await Promise.all(Array.from({ length: 40 }, () => ada.connect(id)));
    const pings = sockets.map(async ({ ws }) => {
      await once(ws, 'ping');
      return performance.now();
    });
    const times = await bounded('a ping for each', Promise.all(pings));
    // 40 of the 50 turns that an interval has; at once it would be some milliseconds.
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(300);
    await Promise.all(sockets.map((socket) => socket.close()));
  } finally {
    await server.stop();
  }
});
