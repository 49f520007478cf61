import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { device, pair, person, range, seqs, watched } from '../harness/devices.ts';
import { until } from '../harness/until.ts';

describe('history', () => {
  test('a window begins with the newest page and widens backwards, without holes', async () => {
    const { ada, ben, id } = await pair();
    for (let n = 1; n <= 120; n += 1) await ada.messages.send({ conversation_id: id, content: `${n}` });
    const thread = await watched(ben, id);
    expect(seqs(thread)).toEqual(range(71, 120));
    expect(thread.get().hasOlder).toBe(true);
    const loading = Promise.all([thread.loadOlder(), thread.loadOlder()]);
    expect(thread.get().isLoadingOlder).toBe(true);
    await loading;
    expect(thread.get().isLoadingOlder).toBe(false);
    expect(seqs(thread)).toEqual(range(21, 120));
    await thread.loadOlder();
    expect(seqs(thread)).toEqual(range(1, 120));
    expect(thread.get().hasOlder).toBe(false);
    await thread.loadOlder();
    expect(seqs(thread)).toHaveLength(120);
  });

  test('a list begins with the latest hundred and goes on from there', async () => {
    const ada = await person();
    for (let n = 0; n < 105; n += 1) {
      const other = device(randomUUID());
      await other.users.me();
      await other.conversations.open({ target_user_id: ada.id });
    }
    ada.live.connect();
    const { items, hasMore } = await until(ada.live.conversations, ({ isSynced }) => isSynced);
    expect([items.length, hasMore]).toEqual([100, true]);
    // One that is further back can be looked at by itself, which does not load its messages.
    const oldest = (await ada.conversations.list()).at(-1)?.id ?? '';
    const { conversation, get } = ada.live.conversation(oldest);
    const known = await until(conversation, (value) => value !== undefined);
    expect([known?.id, get().isSynced]).toEqual([oldest, false]);
    await ada.live.loadMore();
    const all = ada.live.conversations.get();
    expect([all.items.length, all.hasMore]).toEqual([105, false]);
    expect(all.items.map(({ id }) => id)).toEqual((await ada.conversations.list()).map(({ id }) => id));
  });
});
