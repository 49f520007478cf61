import { describe, expect, onTestFinished, test } from 'vitest';
import { device, live, pair, person, stagesOf, watched } from '../harness/devices.ts';
import { until } from '../harness/until.ts';

describe('two people chat', () => {
  test('a message is queued, sent, delivered with its seq, and read', async () => {
    const { ada, ben, id } = await pair();
    const [mine, theirs] = [await watched(ada, id), await watched(ben, id)];
    const stages: string[] = [];
    onTestFinished(mine.subscribe(() => stages.push(...stagesOf(mine))));
    expect(mine.send('Hello')).toMatchObject({ content: 'Hello', conversation_id: id });
    expect(stagesOf(mine)).toEqual(['sent']);
    await until(theirs, ({ messages }) => messages.length === 1);
    expect(theirs.get().messages).toMatchObject([{ seq: 1, content: 'Hello', read: false }]);
    await until(theirs, ({ conversation }) => conversation?.unread_count === 1);
    theirs.markRead();
    await until(mine, ({ messages }) => messages[0]?.read === true);
    expect(mine.get().outgoing).toEqual([]);
    expect([...new Set(stages)]).toEqual(['sent', 'seq 1', 'seq 1 read']);
  });

  test('a conversation that the other side opens appears without asking, and is first in the list when something is said', async () => {
    const { ada, ben } = await pair();
    const eve = await person();
    const { id } = await eve.conversations.open({ target_user_id: ada.id });
    const { items } = await until(ada.live.conversations, ({ items }) => items.length === 2);
    expect(items[0]).toMatchObject({ id, peer: { id: eve.id }, unread_count: 0 });
    const { id: older } = await ben.conversations.open({ target_user_id: ada.id });
    await ben.messages.send({ conversation_id: older, content: 'up again' });
    const list = await until(ada.live.conversations, ({ items }) => items[0]?.id === older);
    expect(list).toMatchObject({ unread: 1, hasMore: false, isSynced: true });
    expect(list.items[0]).toMatchObject({ last_message: { content: 'up again' }, last_seq: 1 });
  });

  test('two devices of one person agree on unread and read markers', async () => {
    const { ada, ben, id } = await pair();
    const tablet = device(ada.id);
    tablet.live.connect();
    await live(tablet);
    for (const content of ['1', '2', '3']) await ben.messages.send({ conversation_id: id, content });
    const devices = [ada, tablet];
    for (const { live } of devices) await until(live.conversations, ({ unread }) => unread === 3);
    tablet.live.conversation(id).markRead(2);
    for (const { live } of devices) await until(live.conversations, ({ unread }) => unread === 1);
    ada.live.conversation(id).markRead();
    for (const { live } of devices) {
      const { items } = await until(live.conversations, ({ unread }) => unread === 0);
      expect(items[0]).toMatchObject({ read_seq: 3, unread_count: 0 });
    }
  });

  test('typing and presence show, and end', async () => {
    const { ada, ben, id } = await pair();
    const theirs = await watched(ben, id);
    await until(theirs, ({ conversation }) => conversation?.presence?.online === true);
    const mine = ada.live.conversation(id);
    for (let keys = 0; keys < 5; keys += 1) mine.setTyping(true);
    await until(theirs, ({ conversation }) => conversation?.isTyping === true);
    mine.setTyping(false);
    await until(theirs, ({ conversation }) => conversation?.isTyping === false);
    mine.setTyping(true);
    await until(theirs, ({ conversation }) => conversation?.isTyping === true);
    mine.send('there');
    await until(theirs, ({ conversation }) => conversation?.isTyping === false);
    ada.live.close();
    const { conversation } = await until(
      theirs,
      ({ conversation }) => conversation?.presence?.online === false,
    );
    expect(conversation?.presence?.last_seen).toEqual(expect.any(String));
    // Without a connection nobody knows.
    ben.live.close();
    expect(theirs.get().conversation?.presence).toBe(undefined);
  });
});
