import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entity, expectProblem } from '../harness/http.ts';
import { startServer, type TestServer } from '../harness/server.ts';

const LIST = '/api/chat/conversations/';
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe('3.3 openConversation', () => {
  test('creates with 201, and is there with 200 from either side', async () => {
    const [ada, ben] = [await server.person('ada'), await server.person('ben')];
    const first = await ada.post(LIST, { target_user_id: ben.id });
    expect(first.status).toBe(201);
    const conversation = first.as(entity.conversation);
    expect(conversation).toMatchObject({
      user1: { id: ada.id },
      user2: { id: ben.id },
      last_message: null,
      last_seq: 0,
      unread_count: 0,
      read_seq: 0,
      peer_read_seq: 0,
    });
    expect(conversation.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    const again = await ben.post(LIST, { target_user_id: ada.id });
    expect(again.status).toBe(200);
    expect(again.as(entity.conversation)).toEqual(conversation);
  });

  test('40 at once from both sides make one conversation and one 201', async () => {
    const [ada, ben] = [await server.person(), await server.person()];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        i % 2 ? ada.post(LIST, { target_user_id: ben.id }) : ben.post(LIST, { target_user_id: ada.id }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(39).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.as(entity.conversation).id)).size).toBe(1);
    expect((await ada.get(LIST)).as(entity.conversations)).toHaveLength(1);
  });

  test('refuses oneself, strangers to the server and what is no user id', async () => {
    const ada = await server.person();
    expectProblem(await ada.post(LIST, { target_user_id: ada.id }), 400, 'invalid_request', 'target_user_id');
    expectProblem(await ada.post(LIST, { target_user_id: randomUUID() }), 404, 'not_found');
    for (const target_user_id of [
      '',
      '  ',
      'a\0b',
      '\ud800',
      'x'.repeat(256),
      7.5,
      null,
      ['a'],
      { id: 'a' },
    ]) {
      expectProblem(await ada.post(LIST, { target_user_id }), 400, 'invalid_request', 'target_user_id');
    }
    expectProblem(await ada.post(LIST, {}), 400, 'invalid_request', 'target_user_id');
    expect((await ada.get(LIST)).as(entity.conversations)).toEqual([]);
  });
});

describe('3.4 getConversation', () => {
  test('shows each side its own view', async () => {
    const [ada, ben] = [await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    const sent = await ada.send(id, 'hello');
    expect(await ada.conversation(id)).toMatchObject({ last_seq: 1, unread_count: 0, last_message: sent });
    expect(await ben.conversation(id)).toMatchObject({ last_seq: 1, unread_count: 1, last_message: sent });
    expect(await ben.conversation(id.toUpperCase())).toMatchObject({ id });
    // The list is read by a statement of its own.
    for (const each of [ada, ben]) {
      expect((await each.get(LIST)).as(entity.conversations)).toEqual([await each.conversation(id)]);
    }
  });

  test('is 404 for ids unknown or malformed, 403 for others’', async () => {
    const [ada, ben, eve] = [await server.person(), await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    expectProblem(await eve.get(`${LIST}${id}/`), 403, 'not_participant');
    for (const bad of [
      randomUUID(),
      '1',
      'null',
      'x'.repeat(90),
      '%00',
      '%F0%9F%92%A9',
      `${id}%20`,
      `{${id}}`,
    ]) {
      expectProblem(await ada.get(`${LIST}${bad}/`), 404, 'not_found');
    }
    expectProblem(await ada.get(`${LIST}%zz/`), 404, 'not_found');
  });
});

describe('3.2 listConversations', () => {
  test('is a bare array, latest activity first, and moves with it', async () => {
    const [ada, ben, cy] = [await server.person(), await server.person(), await server.person()];
    const withBen = await ada.open(ben);
    const withCy = await cy.open(ada);
    const ids = async () => (await ada.get(LIST)).as(entity.conversations).map(({ id }) => id);
    expect(await ids()).toEqual([withCy.id, withBen.id]);
    await ben.send(withBen.id, 'up');
    expect(await ids()).toEqual([withBen.id, withCy.id]);
    expect((await cy.get(LIST)).as(entity.conversations).map(({ id }) => id)).toEqual([withCy.id]);
  });

  test('shows the message that is last now, though another was read as the last before', async () => {
    const [ada, ben] = [await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    for (const [sender, content] of [
      [ada, 'one'],
      [ben, 'two'],
      [ada, 'a long one '.repeat(200)],
      [ben, 'four'],
    ] as const) {
      const last_message = await sender.send(id, content);
      for (const reader of [ada, ben]) {
        expect((await reader.get(LIST)).as(entity.conversations)).toMatchObject([{ last_message }]);
        expect(await reader.conversation(id)).toMatchObject({ last_message });
      }
    }
    await ada.post(`${LIST}${id}/read/`, { seq: 4 });
    expect(await ben.conversation(id)).toMatchObject({ last_message: { seq: 4, read: true } });
  });

  test('walks by Link through every conversation once, at any page size', async () => {
    const ada = await server.person();
    const others = await Promise.all(Array.from({ length: 7 }, () => server.person()));
    // Both roles, and created in the same milliseconds: activity alone does not tell them apart.
    const opened = await Promise.all(others.map((other, i) => (i % 2 ? ada.open(other) : other.open(ada))));
    for (const limit of [1, 2, 3, 7, 8]) {
      const seen: string[] = [];
      let path: string | undefined = `${LIST}?limit=${limit}`;
      while (path) {
        const answer = await ada.get(path);
        seen.push(...answer.as(entity.conversations).map(({ id }) => id));
        const link = answer.headers.get('link');
        expect(
          link === null ||
            /^<http:\/\/127\.0\.0\.1:\d+\/api\/chat\/conversations\/\?.+>; rel="next"$/.test(link),
        ).toBe(true);
        path = link?.slice(1, link.indexOf('>'));
        expect(seen.length).toBeLessThanOrEqual(7);
      }
      expect(seen).toHaveLength(7);
      expect(new Set(seen)).toEqual(new Set(opened.map(({ id }) => id)));
    }
    expect((await ada.get(LIST)).headers.get('link')).toBeNull();
  });

  test('refuses limits and cursors out of range', async () => {
    const ada = await server.person();
    for (const limit of ['0', '1001', '-1', '1.5', 'x', '', '1e2', '99999999999999999999', '1&limit=2']) {
      expectProblem(await ada.get(`${LIST}?limit=${limit}`), 400, 'invalid_request', 'limit');
    }
    const forged = [
      [],
      [0, 'x'],
      [-1, randomUUID()],
      [1e300, randomUUID()],
      [253_402_300_800_000, randomUUID()],
      ['never', randomUUID()],
      {},
    ].map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
    for (const cursor of ['x', '', ...forged]) {
      expectProblem(await ada.get(`${LIST}?cursor=${cursor}`), 400, 'invalid_request', 'cursor');
    }
  });
});

describe('3.7 markRead', () => {
  test('moves forward only, and stops at the last message', async () => {
    const [ada, ben] = [await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    for (const text of ['1', '2', '3']) await ada.send(id, text);
    await ben.send(id, '4');
    await ada.send(id, '5');
    const mark = async (seq: number) =>
      (await ben.post(`${LIST}${id}/read/`, { seq })).as(entity.conversation);
    expect(await mark(0)).toMatchObject({ read_seq: 0, unread_count: 4 });
    expect(await mark(2)).toMatchObject({ read_seq: 2, unread_count: 2 });
    expect(await mark(1)).toMatchObject({ read_seq: 2, unread_count: 2 });
    expect(await mark(2_147_483_647)).toMatchObject({ read_seq: 5, unread_count: 0 });
    expect(await ada.conversation(id)).toMatchObject({ peer_read_seq: 5, read_seq: 0, unread_count: 1 });
    const { results } = (await ada.get(`${LIST}${id}/messages/?order=asc`)).as(entity.page);
    expect(results.map(({ read }) => read)).toEqual([true, true, true, false, true]);
  });

  test('leaves unread exact while messages come in', async () => {
    const [ada, ben] = [await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    // A marker set in the very moment of a send: seldom, so many rounds.
    for (let round = 1; round <= 30; round += 1) {
      await Promise.all([
        ben.post(`${LIST}${id}/read/`, { seq: 2_147_483_647 }),
        ...['1', '2', '3'].map((text) => ada.send(id, text)),
        ben.send(id, '4'),
      ]);
      const { read_seq, unread_count, last_seq } = await ben.conversation(id);
      expect(last_seq).toBe(round * 4);
      const { results } = (await ben.get(`${LIST}${id}/messages/?after=${read_seq}`)).as(entity.page);
      expect(unread_count).toBe(results.filter(({ sender }) => sender.id === ada.id).length);
    }
  });

  test('refuses what is no seq', async () => {
    const [ada, ben, eve] = [await server.person(), await server.person(), await server.person()];
    const { id } = await ada.open(ben);
    for (const seq of [-1, 1.5, '1', null, true, 2_147_483_648, [1]]) {
      expectProblem(await ada.post(`${LIST}${id}/read/`, { seq }), 400, 'invalid_request', 'seq');
    }
    expectProblem(await eve.post(`${LIST}${id}/read/`, { seq: 1 }), 403, 'not_participant');
  });
});
