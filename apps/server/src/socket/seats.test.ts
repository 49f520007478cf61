import { createServer } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { createEmbedded } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bounded, connect } from '../../test/harness/socket.ts';
import { EndedAccess } from '../auth/ended-access.ts';
import { type DatabaseHandle, openEmbedded } from '../db/client.ts';
import { createContext } from '../domain/context.ts';
import { openConversation } from '../domain/conversations/open.ts';
import { provisionUser } from '../domain/users/provision.ts';
import { memoryEvents } from '../events/memory.ts';
import { noTrust } from '../limits/address.ts';
import { createRateLimits } from '../limits/rate-limits.ts';
import { refuseHandshake } from '../rest/unreadable.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { Access } from './access.ts';
import { createDoor } from './door.ts';
import { Hub, type Seat } from './hub.ts';
import { SocketServer } from './server.ts';

// No door shows who sits in a room; so the socket server runs here on a hub that counts.

const seats = { taken: 0, left: 0 };
class CountingHub extends Hub {
  override take(conversationId: string, userId: string): Seat {
    const seat = super.take(conversationId, userId);
    seats.taken += 1;
    const leave = () => {
      seats.left += 1;
      seat.leave();
    };
    return { ...seat, leave };
  }
}

const http = createServer();
const log = pino({ level: 'silent' });
/** What authentication waits for. */
let gate = Promise.resolve();
let arrived = () => {};
let database: DatabaseHandle;
let drop: () => Promise<void>;
let hub: Hub;
let sockets: SocketServer;
let path: string;
let port: number;
const metrics = createMetrics();

beforeAll(async () => {
  const embedded = await createEmbedded();
  drop = embedded.drop;
  database = await openEmbedded(embedded.dataDir, pino({ level: 'silent' }));
  const events = memoryEvents();
  const domain = await createContext(
    database,
    () => events,
    { messageLength: 9, queuedSends: 9 },
    { meter: metrics.domain },
  );
  for (const id of ['ada', 'ben', 'eve'])
    await provisionUser(domain, {
      userId: id,
      username: id,
      displayName: undefined,
      sessionId: undefined,
      issuedAt: undefined,
    });
  const actor = { id: 'ada', username: 'ada', display_name: 'ada' };
  const { conversation } = await openConversation({ ...domain, actor }, { target_user_id: 'ben' });
  path = `/ws/chat/${conversation.id}/`;
  hub = new CountingHub(events, async () => [], log, metrics.socket);
  const authenticate = async (token: string | undefined) => {
    arrived();
    await gate;
    const user = { id: token ?? '', username: token ?? '', display_name: token ?? '' };
    const expiresAt = new Date(Date.now() + 60_000);
    return { user, expiresAt, sessionId: undefined, issuedAt: undefined, checkedAt: performance.now() };
  };
  const access = new Access(domain, new EndedAccess(events));
  const limits = createRateLimits(1, undefined);
  const door = createDoor({
    limits,
    maxSockets: 9,
    trust: noTrust,
    publicUrl: undefined,
    mayCall: () => false,
  });
  sockets = new SocketServer({
    http,
    domain,
    authenticate,
    limits,
    door,
    hub,
    access,
    heartbeatSeconds: 60,
    log,
    meter: metrics.socket,
    refuseHandshake: refuseHandshake(log, metrics.http),
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterAll(async () => {
  await sockets.drain();
  hub.close();
  await new Promise((resolve) => http.close(resolve));
  await database.close();
  await drop();
});

/** Everybody who sat down has got up. */
async function expectEmpty(taken: number): Promise<void> {
  await expect.poll(() => seats, { timeout: PATIENCE_MS }).toEqual({ taken, left: taken });
}

const upgrade = (extra: string) =>
  `GET ${path}?token=ada HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${extra}\r\n`;

test('a seat is left however the socket ends', async () => {
  const url = `http://127.0.0.1:${port}${path}`;
  const closed = await connect(`${url}?token=ada`);
  await closed.close();
  await expectEmpty(1);

  const cut = await connect(`${url}?token=ben`);
  cut.ws.terminate();
  await expectEmpty(2);

  const refused = await connect(`${url}?token=eve`);
  expect((await refused.closed).code).toBe(4403);
  await expectEmpty(3);

  const broken = connectTcp(port, '127.0.0.1');
  broken.end(upgrade(''));
  await bounded('the end', new Promise((resolve) => broken.resume().once('close', resolve)));
  await expectEmpty(4);

  let open = () => {};
  gate = new Promise((resolve) => (open = resolve));
  const atTheGate = new Promise<void>((resolve) => (arrived = resolve));
  const abandoned = connectTcp(port, '127.0.0.1');
  abandoned.write(upgrade('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'));
  await bounded('the token', atTheGate);
  abandoned.destroy();
  open();
  await expectEmpty(5);
});
