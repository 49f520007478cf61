import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { createFleet } from '../harness/fleet.ts';
import { inboxOf } from '../harness/inbox.ts';
import { lockTable, waitingFor } from '../harness/lock.ts';
import { readMetrics } from '../harness/metrics.ts';
import { withNats } from '../harness/nats.ts';
import { mint, Person } from '../harness/server.ts';

test.skipIf(!withNats)('7.6 what was missed is told once, though a node looks for it twice', async () => {
  const fleet = await createFleet('nats');
  const sql = postgres(fleet.url, { max: 2, onnotice: () => {} });
  try {
    const [one, two] = await Promise.all([fleet.start(), fleet.start()]);
    const at = async ({ url }: { url: string }, id: string) =>
      new Person(url, id, await mint({ sub: id, preferred_username: id }));
    const [ada, ben] = [await at(one, 'ada'), await at(two, 'ben')];
    await ada.get('/api/chat/users/me/');
    const inbox = await inboxOf(ada);
    const { id } = await ben.open(ada);
    const room = await ben.connect(id);
    expect(await inbox.next()).toMatchObject({ type: 'conversation', conversation: { id, last_seq: 0 } });
    const looks = async () =>
      (await readMetrics(one.url)).of('duet_reconciliations_total', 'outcome="done"') ?? 0;

    // Her node takes a position, and waits to learn whether her access has ended.
    const unlock = await lockTable(sql, 'users');
    await fleet.whileCut(async () => {});
    await expect.poll(() => waitingFor(sql, 'users'), { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    await fleet.whileCut(async () => {
      room.send({ message: 'after that position' });
      expect(await room.next()).toMatchObject({ seq: 1 });
    });
    const before = await looks();
    await unlock();
    // The next look begins where this one did.
    await expect.poll(looks, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(before + 2);

    expect(await inbox.next()).toMatchObject({ type: 'conversation', conversation: { id, last_seq: 1 } });
    inbox.send({ type: 'ping' });
    expect(await inbox.next()).toMatchObject({ type: 'pong' });
    await Promise.all([inbox, room].map((socket) => socket.close()));
  } finally {
    await sql.end({ timeout: 0 });
    await fleet.stop();
  }
});
