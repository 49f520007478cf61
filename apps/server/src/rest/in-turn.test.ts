import { connect } from 'node:net';
import { PATIENCE_MS } from '@duet/testing/wait';
import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import { answerInTurn } from './in-turn.ts';

test('requests that come in one go are not begun while answers wait to be read; read, they are answered in order', async () => {
  const app = fastify({ forceCloseConnections: true });
  answerInTurn(app);
  let begun = 0;
  const large = 'x'.repeat(8 * 1024 * 1024); // more than the kernel takes at once
  app.get('/large', () => {
    begun += 1;
    return `${begun} ${large}`;
  });
  app.get('/', () => 'well');
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const COUNT = 20;
  const client = connect(Number(new URL(url).port), '127.0.0.1').pause();
  client.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(COUNT));
  await expect.poll(() => begun, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  for (let n = 0; n < 20; n += 1) expect(await (await fetch(url)).text()).toBe('well'); // others go on
  expect(begun).toBeLessThan(COUNT / 2); // as many as fit the kernel
  let text = '';
  client.on('data', (data) => {
    text += data.toString('latin1').replace(/x{2,}/g, '');
  });
  client.resume();
  await expect.poll(() => begun, { timeout: PATIENCE_MS }).toBe(COUNT);
  const numbers = () => [...text.matchAll(/^(\d+) /gm)].map(([, number]) => Number(number));
  await expect
    .poll(numbers, { timeout: PATIENCE_MS })
    .toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
  client.destroy();
  await app.close();
});
