import { createEmbedded } from '@duet/testing/database';
import { afterAll, expect, test } from 'vitest';
import { entity } from '../harness/http.ts';
import { startProcess } from '../harness/process.ts';
import { JWT_SECRET, Person, personAt } from '../harness/server.ts';
import { bounded } from '../harness/socket.ts';

const { dataDir, drop } = await createEmbedded();
const env = { DATA_DIR: dataDir, JWT_SECRET, RATE_LIMITS: '100' };
afterAll(drop);

test('after kill -9 during writes every acknowledged message is there', async () => {
  const server = await startProcess(env);
  const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
  const { id } = await ada.open(ben);
  const before = (await ada.conversation(id)).last_seq;
  const acknowledged = new Map<string, number>();
  const writers = [ada, ben].map(async (writer) => {
    for (let i = 0; ; i += 1) {
      const content = `${writer.id} ${i}`;
      acknowledged.set(content, (await writer.send(id, content)).seq);
    }
  });
  const ended = Promise.allSettled(writers);
  const enough = async () => {
    while (acknowledged.size < 100) await ada.get('/healthz');
  };
  await bounded('100 messages', enough());
  server.kill('SIGKILL');
  expect(await server.exit).toBe('SIGKILL');
  await ended; // both writers have failed by now

  const again = await startProcess(env);
  try {
    const reader = new Person(again.url, ada.id, ada.token);
    const stored = new Map<string, number>();
    let next: string | null = `/api/chat/conversations/${id}/messages/?order=asc&limit=100&after=${before}`;
    while (next) {
      const page: { next: string | null; results: { content: string; seq: number }[] } = (
        await reader.get(next)
      ).as(entity.page);
      for (const { content, seq } of page.results) stored.set(content, seq);
      next = page.next;
    }
    for (const [content, seq] of acknowledged) expect(stored.get(content), content).toBe(seq);
    // At most the one write of each that was under way is there beyond what was acknowledged.
    expect(stored.size - acknowledged.size).toBeLessThanOrEqual(2);
    expect([...stored.values()]).toEqual(Array.from(stored.keys(), (_, i) => before + i + 1));
  } finally {
    again.kill('SIGTERM');
    await again.exit;
  }
});
