import { createServer } from 'node:net';
import { PATIENCE_MS } from '@duet/testing/wait';
import { afterEach, expect, test } from 'vitest';
import { clientFrame, frameTemplate, NUMBER, readDigits } from '../src/load/frames.ts';
import { Wire } from '../src/load/wire.ts';
import { listen } from './server.ts';

// The hand-made frames and the scan, against ws on the other side.

let close = () => {};
afterEach(() => close());

async function connect(port: number, heard: string[], lost: string[] = []): Promise<Wire> {
  return new Promise((resolve) => {
    const wire = new Wire({ port }, '/', '', {
      opened: () => queueMicrotask(() => resolve(wire)),
      text: (data, start, end) => heard.push(data.toString('utf8', start, end)),
      read: () => {},
      lost: (why) => lost.push(why),
    });
  });
}

test.each([10, 200])(
  'a template is a frame of its own for every number, with %i more characters',
  async (length) => {
    const received: string[] = [];
    const server = await listen((socket) =>
      socket.on('message', (data) => {
        received.push(data.toString());
        if (received.length === 3) socket.close();
      }),
    );
    close = server.close;
    const wire = await connect(server.port, []);
    const template = frameTemplate(`{"a":"@${NUMBER}","b":"é${'x'.repeat(length)}${NUMBER}"}`);
    const frames = Buffer.alloc(template.length * 3);
    [0, 42, 987_654_321].forEach((number, i) => {
      template.write(frames, i * template.length, number);
    });
    wire.write(frames);
    await expect.poll(() => received, { timeout: PATIENCE_MS }).toHaveLength(3);
    const numbers = ['000000000', '000000042', '987654321'];
    expect(received).toEqual(numbers.map((n) => `{"a":"@${n}","b":"é${'x'.repeat(length)}${n}"}`));
    wire.end();
  },
);

test('frames of any length come whole, however they are cut, and pings are answered', async () => {
  const heard: string[] = [];
  const texts = [1, 125, 126, 500, 60_000, 3].map((length, i) => String(i).repeat(length));
  let pongs = 0;
  const server = await listen((socket) => {
    for (const text of texts) socket.send(text);
    socket.on('pong', (data) => {
      if (data.toString() === 'are you there') pongs += 1;
    });
    socket.ping('are you there');
    for (let i = 0; i < 50; i += 1) socket.send('x'.repeat(20_000)); // more than one read takes
  });
  close = server.close;
  const wire = await connect(server.port, heard);
  await expect.poll(() => heard, { timeout: PATIENCE_MS }).toHaveLength(texts.length + 50);
  expect(heard.slice(0, texts.length)).toEqual(texts);
  expect(new Set(heard.slice(texts.length)).size).toBe(1);
  await expect.poll(() => pongs, { timeout: PATIENCE_MS }).toBe(1);
  wire.end();
});

test('a frame that comes byte by byte is heard when it is whole, and not before', async () => {
  const text = 'x'.repeat(130);
  const bytes = Buffer.concat([Buffer.from([0x81, 126, 0, 130]), Buffer.from(text)]);
  const server = createServer((socket) => {
    socket.setNoDelay(true).once('data', async () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      for (const byte of [...bytes, ...bytes]) {
        await new Promise((resolve) => socket.write(Uint8Array.of(byte), () => setImmediate(resolve)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  const address = server.address();
  const heard: string[] = [];
  const wire = await connect(typeof address === 'object' ? (address?.port ?? 0) : 0, heard);
  await expect.poll(() => heard, { timeout: PATIENCE_MS }).toEqual([text, text]);
  wire.end();
});

test('a socket that the server closes is lost, with its reason; one that we end is not', async () => {
  const lost: string[] = [];
  const server = await listen((socket) => socket.on('message', () => socket.close(4403, 'not_participant')));
  close = server.close;
  const ended = await connect(server.port, [], lost);
  ended.end();
  const wire = await connect(server.port, [], lost);
  wire.write(clientFrame('hello'));
  await expect.poll(() => lost, { timeout: PATIENCE_MS }).toEqual(['closed with 4403 not_participant']);
});

test('digits are read up to where they end', () => {
  expect(readDigits(Buffer.from('"seq":1234}'), 6, 11)).toBe(1234);
  expect(readDigits(Buffer.from('000000042'), 0, 9)).toBe(42);
});
