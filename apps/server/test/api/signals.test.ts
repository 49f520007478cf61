import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pass, startClock, stopClock } from '../harness/clock.ts';
import { inboxOf } from '../harness/inbox.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';

// The clock stands still but where a test lets it pass: nothing ends by itself before it is looked at.

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  // A connection that is on its way to the database while a test lets time pass would be given up.
  await Promise.all(Array.from({ length: 30 }, () => server.person()));
  stopClock();
});
afterAll(() => {
  startClock();
  return server.stop();
});

async function pair() {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  const { id } = await ada.open(ben);
  return { ada, ben, id };
}

/** Resolves when the server knows that so many inboxes of theirs are closed. */
const closed = (person: Person, count: number) =>
  expect
    .poll(
      () => server.log.filter((line) => line.includes('inbox closed') && line.includes(person.id)).length,
      {
        timeout: PATIENCE_MS,
      },
    )
    .toBe(count);

describe('7.6 typing and presence', () => {
  test('typing is told to the other side alone; ends with false, with a message, with the socket, and by itself', async () => {
    const { ada, ben, id } = await pair();
    const eve = await server.person('eve');
    const { id: withEve } = await eve.open(ben);
    const devices = [await inboxOf(ada), await inboxOf(ada), await inboxOf(ben), await inboxOf(eve)] as const;
    const [mine, mineToo, theirs, hers] = devices;
    const typing = (on: boolean) => ({ type: 'typing', conversation_id: id, user_id: ada.id, typing: on });
    const frame = { type: 'typing', conversation_id: id, typing: true };
    // Eve began before, and so would stop before Ada if nothing but the time ended it.
    hers.send({ ...frame, conversation_id: withEve });
    const hersOn = { type: 'typing', conversation_id: withEve, user_id: eve.id, typing: true };
    expect(await theirs.next()).toEqual(hersOn);
    mine.send(frame);
    expect(await theirs.next()).toEqual(typing(true));
    mine.send({ ...frame, typing: false });
    expect(await theirs.next()).toEqual(typing(false));
    mine.send(frame);
    expect(await theirs.next()).toEqual(typing(true));
    await ada.send(id, 'whichever way it is sent');
    expect(await theirs.take(2)).toEqual([expect.objectContaining({ type: 'chat_message' }), typing(false)]);
    mine.send(frame);
    expect(await theirs.next()).toEqual(typing(true));
    await mine.close();
    expect(await theirs.next()).toEqual(typing(false));
    // And hers by itself, after 6 s and not before.
    pass(5999);
    theirs.send({ type: 'ping' });
    expect(await theirs.next()).toMatchObject({ type: 'pong' });
    pass(1);
    expect(await theirs.next()).toEqual({ ...hersOn, typing: false });
    expect(mineToo.untaken.filter(({ type }) => type === 'typing')).toEqual([]);
    await Promise.all([mineToo, theirs, hers].map((device) => device.close()));
  });

  test('presence is told to those who asked: over all devices, and a reload does not show', async () => {
    const { ada, ben, id } = await pair();
    const eve = await server.person('eve');
    const { id: withEve } = await eve.open(ben);
    const theirs = await inboxOf(ben);
    theirs.send({ type: 'presence', conversation_ids: [id] });
    const presence = { type: 'presence', user_id: ada.id };
    expect(await theirs.next()).toEqual({ ...presence, online: false, last_seen: null });
    const [first, hers] = [await inboxOf(ada), await inboxOf(eve)];
    expect(await theirs.next()).toEqual({ ...presence, online: true, last_seen: null });
    theirs.send({ type: 'presence', conversation_ids: [withEve] });
    expect(await theirs.next()).toEqual({ type: 'presence', user_id: eve.id, online: true, last_seen: null });
    const second = await inboxOf(ada);
    await first.close();
    await hers.close();
    await closed(ada, 1);
    await closed(eve, 1);
    pass(3000);
    // Eve is gone; Ada, who left before her, has another device.
    expect(await theirs.next()).toMatchObject({ user_id: eve.id, online: false });
    await second.close();
    await closed(ada, 2);
    pass(2999);
    await ben.conversation(id); // whatever would be written of her absence is written by then
    theirs.send({ type: 'ping' });
    expect(await theirs.next()).toMatchObject({ type: 'pong' });
    const reloaded = await inboxOf(ada);
    pass(3000);
    theirs.send({ type: 'ping' });
    expect(await theirs.next()).toMatchObject({ type: 'pong' });
    await reloaded.close();
    await closed(ada, 3);
    pass(3000);
    const gone = await theirs.next();
    expect(gone).toEqual({ ...presence, online: false, last_seen: expect.any(String) });
    theirs.send({ type: 'ping' });
    expect(await theirs.next()).toMatchObject({ type: 'pong' });
    const late = await inboxOf(ben);
    late.send({ type: 'presence', conversation_ids: [id] });
    expect(await late.next()).toEqual(gone);
    await Promise.all([theirs.close(), late.close()]);
  });
});
