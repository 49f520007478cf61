import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { createDuet, createRest } from '../../src/index.ts';
import { mint, mintService } from '../harness/people.ts';
import { until } from '../harness/until.ts';

const CONVERSATIONS = 104;
/** As many as a fresh snapshot names. */
const LISTED = 100;
const url = inject('serverUrl');

test('the total is exact, also of conversations that are not in the list', async () => {
  const id = randomUUID();
  const peers = Array.from({ length: CONVERSATIONS }, () => ({ id: randomUUID() }));
  const service = createRest({ url, getToken: mintService });
  await service.users.put({ user_id: id });
  for (let start = 0; start < peers.length; start += 100)
    await service.users.putMany({ users: peers.slice(start, start + 100) });
  // The first are the oldest, and so not in the list.
  const opened: { conversation_id: string; send(): Promise<unknown> }[] = [];
  for (const [i, peer] of peers.entries()) {
    const rest = createRest({ url, getToken: () => mint(peer.id) });
    const { id: conversation_id } = await rest.conversations.open({ target_user_id: id });
    const send = () => rest.messages.send({ conversation_id, content: 'unread' });
    await send();
    if (i < 2) await send();
    opened.push({ conversation_id, send });
  }
  const [first, second] = opened;
  if (!first || !second) throw new Error('nothing was opened');
  const rest = createRest({ url, getToken: () => mint(id) });
  expect(await rest.conversations.unread()).toEqual({
    unread_count: CONVERSATIONS + 2,
    conversations: CONVERSATIONS,
  });

  const { live } = createDuet({ url, getToken: () => mint(id) });
  const seen: number[] = [];
  live.conversations.subscribe(() => seen.push(live.conversations.get().unread));
  live.connect();
  const { items } = await until(live.conversations, ({ unread }) => unread === CONVERSATIONS + 2);
  expect(items).toHaveLength(LISTED);

  await first.send();
  await until(
    live.conversations,
    ({ unread, items }) => unread === CONVERSATIONS + 3 && items.length > LISTED,
  );
  await rest.conversations.markRead({ conversation_id: second.conversation_id, seq: 2 });
  await until(live.conversations, ({ unread }) => unread === CONVERSATIONS + 1);
  await live.loadMore();
  const all = await until(live.conversations, ({ hasMore }) => !hasMore);
  expect(all.unread).toBe(CONVERSATIONS + 1);
  // What came into the list was never in both counts.
  expect(Math.max(...seen)).toBe(CONVERSATIONS + 3);
  live.close();
});
