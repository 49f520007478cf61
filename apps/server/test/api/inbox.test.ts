import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entity } from '../harness/http.ts';
import { type Inbox, inboxOf, nextOf, sync } from '../harness/inbox.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';
import { connect } from '../harness/socket.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function pair() {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  const { id } = await ada.open(ben);
  return { ada, ben, id };
}

describe.concurrent('7.3 to 7.6: everything of mine', () => {
  test('a message comes to every device of both sides, with the state; a conversation opened by the other side by itself', async () => {
    const [ada, ben, eve] = [await server.person('ada'), await server.person('ben'), await server.person()];
    const devices = [await inboxOf(ada), await inboxOf(ada), await inboxOf(ben)];
    const outsider = await inboxOf(eve);
    const opened = await ada.open(ben);
    await ada.open(ben);
    for (const device of devices) {
      expect(await device.next()).toEqual({ type: 'conversation', conversation: opened });
    }
    const message_id = randomUUID();
    const frame = {
      type: 'chat_message',
      conversation_id: opened.id.toUpperCase(),
      message: 'Hello',
      message_id,
    };
    devices[2]?.send(frame);
    const [first, ...others] = await Promise.all(devices.map((device) => device.next()));
    expect(first).toMatchObject({
      ...frame,
      conversation_id: opened.id,
      sender_id: ben.id,
      seq: 1,
      state: { last_seq: 1, read_seqs: [0, 0], unread_counts: [1, 0] },
    });
    for (const other of others) expect(other).toEqual(first);
    // Once more: the original.
    devices[2]?.send(frame);
    expect(await nextOf(devices[2] as Inbox, 'chat_message')).toMatchObject({ seq: 1, message_id });
    expect(outsider.untaken).toEqual([]);
    await Promise.all([...devices, outsider].map((device) => device.close()));
  });

  test('read markers and unread counts are one state on both sides, whichever transport moved them', async () => {
    const { ada, ben, id } = await pair();
    const [mine, mineToo, theirs] = [await inboxOf(ada), await inboxOf(ada), await inboxOf(ben)];
    for (const text of ['1', '2', '3']) await ben.send(id, text);
    const last = (await mine.take(3)).at(-1);
    expect(last).toMatchObject({ seq: 3, state: { last_seq: 3, unread_counts: [3, 0] } });
    mine.send({ type: 'read', conversation_id: id, seq: 2 });
    const expected = {
      type: 'read',
      conversation_id: id,
      user_id: ada.id,
      seq: 2,
      state: { last_seq: 3, read_seqs: [2, 0], unread_counts: [1, 0] },
    };
    for (const device of [mine, mineToo, theirs]) expect(await nextOf(device, 'read')).toEqual(expected);
    // Never backwards: only the asker hears where it is.
    mine.send({ type: 'read', conversation_id: id, seq: 1 });
    expect(await nextOf(mine, 'read')).toEqual(expected);
    await ada.post(`/api/chat/conversations/${id}/read/`, { seq: 99 });
    for (const device of [mine, mineToo, theirs])
      expect(await nextOf(device, 'read')).toMatchObject({ seq: 3, state: { unread_counts: [0, 0] } });
    await ada.send(id, 'mine');
    expect(await nextOf(theirs, 'chat_message')).toMatchObject({
      state: { last_seq: 4, read_seqs: [3, 0], unread_counts: [0, 1] },
    });
    await Promise.all([mine, mineToo, theirs].map((device) => device.close()));
  });

  test('what a frame does wrong is said to the socket that sent it, which stays open', async () => {
    const { ada, ben, id } = await pair();
    const eve = await server.person('eve');
    const [inbox, theirs, outsider] = [await inboxOf(ada), await inboxOf(ben), await inboxOf(eve)];
    const message_id = randomUUID();
    const send = { type: 'chat_message', conversation_id: id, message: 'x', message_id };
    for (const [frame, code, about] of [
      ['nonsense', 'invalid_frame', {}],
      ['[]', 'invalid_frame', {}],
      [Buffer.from('{}'), 'invalid_frame', {}],
      [{}, 'invalid_frame', {}],
      [{ type: 'shout' }, 'invalid_frame', { frame: 'shout' }],
      [
        { ...send, message: ' ' },
        'invalid_request',
        { frame: 'chat_message', message_id, conversation_id: id },
      ],
      [{ ...send, message_id: undefined }, 'invalid_request', { frame: 'chat_message', conversation_id: id }],
      [{ ...send, conversation_id: randomUUID() }, 'not_found', { frame: 'chat_message', message_id }],
      [{ type: 'read', conversation_id: id, seq: -1 }, 'invalid_request', { frame: 'read' }],
      [{ type: 'read', conversation_id: 'x', seq: 1 }, 'not_found', { frame: 'read', conversation_id: 'x' }],
      [{ type: 'typing', conversation_id: randomUUID(), typing: true }, 'not_found', { frame: 'typing' }],
      [{ type: 'presence', conversation_ids: Array(101).fill(id) }, 'invalid_request', { frame: 'presence' }],
      [{ type: 'sync', limit: 1001 }, 'invalid_request', { frame: 'sync' }],
    ] as const) {
      inbox.send(frame);
      const answer = await inbox.next();
      expect(answer, JSON.stringify(frame)).toMatchObject({ type: 'error', code, ...about });
    }
    // An outsider who knows the id gets nowhere.
    for (const [frame, code] of [
      [send, 'not_participant'],
      [{ type: 'read', conversation_id: id, seq: 1 }, 'not_participant'],
      [{ type: 'typing', conversation_id: id, typing: true }, 'not_found'],
    ] as const) {
      outsider.send(frame);
      expect(await outsider.next()).toMatchObject({ type: 'error', code });
    }
    outsider.send({ type: 'presence', conversation_ids: [id, 'x'] });
    outsider.send({ type: 'ping' });
    expect(await outsider.next()).toMatchObject({ type: 'pong' });
    inbox.send(send);
    expect(await inbox.next()).toMatchObject({ type: 'chat_message', seq: 1 });
    expect(await theirs.next()).toMatchObject({ type: 'chat_message', seq: 1 });
    outsider.send({ ...send, message_id: randomUUID() }); // now that the server knows who takes part
    expect(await outsider.next()).toMatchObject({ type: 'error', code: 'not_participant' });
    await Promise.all([inbox, theirs, outsider].map((device) => device.close()));
  });

  test('a conversation’s own socket hears the plain frame of the same message', async () => {
    const { ada, ben, id } = await pair();
    const [inbox, plain] = [
      await inboxOf(ada),
      await connect(`${server.url}/ws/chat/${id}/?token=${ben.token}`),
    ];
    plain.send({ message: 'from the plain one' });
    const heard = await plain.next();
    const { state, sender_display_name, ...rest } = await nextOf(inbox, 'chat_message');
    expect(rest).toEqual(heard);
    expect([state.last_seq, sender_display_name]).toEqual([1, 'ben']);
    await Promise.all([inbox.close(), plain.close()]);
  });
});

describe.concurrent('7.4 catching up', () => {
  test('without a cursor everything is new; with one only what changed is named, by message, opening or read marker', async () => {
    const ada = await server.person('ada');
    const withAda = async (name: string) => {
      const person = await server.person(name);
      return { person, id: (await ada.open(person)).id };
    };
    const read = (person: Person, id: string) =>
      person.post(`/api/chat/conversations/${id}/read/`, { seq: 1 });
    const [quiet, written, readByMe, readByThem] = [
      await withAda('quiet'),
      await withAda('written'),
      await withAda('read by me'),
      await withAda('read by them'),
    ];
    await readByMe.person.send(readByMe.id, 'for you');
    await ada.send(readByThem.id, 'for them');
    const inbox = await inboxOf(ada);
    const all = await sync(inbox);
    expect(all).toMatchObject({ reset: true, next: null });
    expect(all.conversations).toEqual((await ada.get('/api/chat/conversations/')).as(entity.conversations));

    const idle = await sync(inbox, all.cursor);
    expect(idle).toMatchObject({ reset: false, conversations: [] });
    await inbox.close();

    await written.person.send(written.id, 'while you were away');
    await read(ada, readByMe.id);
    await read(readByThem.person, readByThem.id);
    const opened = await (await server.person('new')).open(ada);
    const back = await inboxOf(ada);
    const changed = await sync(back, idle.cursor);
    expect(changed.reset).toBe(false);
    const byId = new Map(changed.conversations.map((conversation) => [conversation.id, conversation]));
    expect([...byId.keys()].sort()).toEqual([written.id, readByMe.id, readByThem.id, opened.id].sort());
    expect(byId.get(written.id)).toMatchObject({ last_seq: 1, unread_count: 1 });
    expect(byId.get(readByMe.id)).toMatchObject({ read_seq: 1, unread_count: 0 });
    expect(byId.get(readByThem.id)).toMatchObject({ peer_read_seq: 1 });
    expect(byId.has(quiet.id)).toBe(false);
    await back.close();
  });

  test('a snapshot is bounded, and says where it goes on; a cursor that does not hold gets one', async () => {
    const ada = await server.person('ada');
    for (const name of ['b', 'c', 'd']) await ada.open(await server.person(name));
    const inbox = await inboxOf(ada);
    const some = await sync(inbox, undefined, 2);
    expect(some).toMatchObject({ reset: true, conversations: { length: 2 } });
    const rest = (await ada.get(`/api/chat/conversations/?cursor=${some.next}`)).as(entity.conversations);
    const all = (await ada.get('/api/chat/conversations/')).as(entity.conversations);
    expect([...some.conversations, ...rest]).toEqual(all);

    const [database, snapshot] = JSON.parse(Buffer.from(some.cursor, 'base64url').toString());
    const forged = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    for (const cursor of [
      'nonsense',
      '',
      forged('another database', snapshot),
      forged(database, '1:9999999999999:'), // of the future
      forged(database, '1:99999999999999999999:'),
      forged(database, '1'),
      forged(database, '-1:2:'),
    ]) {
      expect(await sync(inbox, cursor), cursor).toMatchObject({ reset: true, conversations: { length: 3 } });
    }
    await inbox.close();
  });
});

test('7.7 a pong names what changed since the cursor, with its state; null asks for a sync', async () => {
  const { ada, ben, id } = await pair();
  const inbox = await inboxOf(ada);
  const { cursor } = await sync(inbox);
  inbox.send({ type: 'ping', cursor });
  const idle = await nextOf(inbox, 'pong');
  expect(idle.heads).toEqual([]);
  await ben.send(id, 'one');
  inbox.send({ type: 'ping', cursor: idle.cursor });
  const pong = await nextOf(inbox, 'pong');
  const state = { last_seq: 1, read_seqs: [0, 0], unread_counts: [1, 0] };
  expect(pong.heads).toEqual([{ conversation_id: id, state }]);
  inbox.send({ type: 'ping', cursor: pong.cursor });
  expect(await nextOf(inbox, 'pong')).toMatchObject({ heads: [] });
  inbox.send({ type: 'ping', cursor: 'nonsense' });
  expect(await nextOf(inbox, 'pong')).toEqual({ type: 'pong', cursor: 'nonsense', heads: null });
  await inbox.close();
});
