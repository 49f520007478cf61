import { connect } from 'node:net';
import { createEmbedded } from '@duet/testing/database';
import { runServer } from '@duet/testing/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request } from '../harness/http.ts';
import { type ServerProcess, startProcess } from '../harness/process.ts';
import { JWT_SECRET, personAt } from '../harness/server.ts';

const { dataDir, drop } = await createEmbedded();
const env = { DATA_DIR: dataDir, JWT_SECRET };
afterAll(drop);

describe('a server that runs', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startProcess({ ...env, SHUTDOWN_DELAY_SECONDS: '3' });
  });

  test('says where it is and what the embedded database can take', () => {
    expect(server.output).toContain('/docs/');
    expect(server.output).toContain('/ws/chat/{conversation_id}/');
    expect(server.output).toMatch(/embedded Postgres.*not a power loss/);
  });

  test('keeps a second process off its folder, with one line', async () => {
    const second = runServer({ env });
    expect(await second.exit).toBe(1);
    expect(second.output).toBe(`duet: DATA_DIR: ${dataDir} is in use by another Duet process\n`);
  });

  test('drains on SIGTERM: not ready, 1012, what is under way finished, exit 0 within 10 s', async () => {
    const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
    const { id } = await ada.open(ben);
    const socket = await ben.connect(id);
    // One that does not answer the close keeps the server draining, long enough to come too late.
    const silent = await ben.connect(id);
    silent.ws.pause();
    // Connections that say nothing, and requests that never end, do not hold it up.
    const port = Number(new URL(server.url).port);
    const idle = connect(port, '127.0.0.1');
    const half = connect(port, '127.0.0.1');
    await Promise.all(
      [idle, half].map((tcp) => new Promise<void>((resolve) => tcp.once('connect', resolve))),
    );
    half.write(
      'POST /api/auth/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    for (const tcp of [idle, half]) tcp.on('error', () => {});
    server.kill('SIGTERM');
    let ready = 200;
    while (ready === 200) ready = (await request(server.url, 'GET', '/readyz')).status;
    expect(ready).toBe(503);
    // Still there for those whom the proxy has not yet turned away.
    expect((await ada.send(id, 'last words')).seq).toBe(1);
    expect(await socket.next()).toMatchObject({ message: 'last words' });
    const goingAway = { code: 1012, reason: 'server_restarting' };
    expect(await socket.closed).toEqual(goingAway);
    // Who comes while it drains hears the same; on a slow machine nobody may be there any more.
    const late = await ada.connect(id).catch(() => undefined);
    if (late) expect(await late.closed).toEqual(goingAway);
    expect(await server.exit).toBe(0); // after 10 s it would be 1
  });
});
