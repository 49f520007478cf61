import { randomUUID } from 'node:crypto';
import type { Message, MessagePage } from '@duet/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entity, expectProblem } from '../harness/http.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ RATE_LIMITS: '100' }); // much is done at once here
});
afterAll(() => server.stop());

async function pair(): Promise<{ ada: Person; ben: Person; id: string; path: string }> {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  const { id } = await ada.open(ben);
  return { ada, ben, id, path: `/api/chat/conversations/${id}/messages/` };
}

/** All pages from `path` on, along `next` or `previous`. */
async function walk(person: Person, path: string, direction: 'next' | 'previous'): Promise<Message[][]> {
  const pages: Message[][] = [];
  for (let url: string | null = path; url !== null && pages.length < 100; ) {
    const page: MessagePage = (await person.get(url)).as(entity.page);
    pages.push(page.results);
    url = page[direction];
  }
  return pages;
}

const seqs = (messages: Message[]) => messages.map(({ seq }) => seq);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('3.6 sendMessage', () => {
  test('stores the text exactly as it was sent', async () => {
    const { ada, ben, id, path } = await pair();
    const texts = [
      '  padded \n',
      '<b>&amp;</b>',
      '👩‍👩‍👧‍👦 ﷽ \u202Ertl',
      "'; drop table messages; --",
      '\u0001\uFEFF',
      'x'.repeat(10_000),
      '😀'.repeat(5000),
    ];
    for (const text of texts)
      expect(await ada.send(id, text)).toMatchObject({ content: text, sender: { id: ada.id }, read: false });
    const page = (await ben.get(`${path}?order=asc`)).as(entity.page);
    expect(page.results.map(({ content }) => content)).toEqual(texts);
    expect(seqs(page.results)).toEqual(upTo(texts.length));
  });

  test('takes the 10,000 characters however they are escaped', async () => {
    const { ada, path } = await pair();
    const body = `{"content":"${'\\u00e9'.repeat(10_000)}"}`;
    const answer = await ada.postRaw(path, body);
    expect(answer.status).toBe(201);
    expect(answer.as(entity.message).content).toBe('é'.repeat(10_000));
  });

  test('30 at once with one message_id make one message', async () => {
    const { ada, ben, path, id } = await pair();
    const ROUNDS = 6; // two sends collide inside the database in most rounds, not in every one
    for (let round = 1; round <= ROUNDS; round += 1) {
      const message = { content: 'once', message_id: randomUUID() };
      const answers = await Promise.all(Array.from({ length: 30 }, () => ada.post(path, message)));
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array(29).fill(200), 201]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(await ben.conversation(id)).toMatchObject({ last_seq: round, unread_count: round });
    }
    expect((await ben.get(path)).as(entity.page).results).toHaveLength(ROUNDS);
  });

  test('a message_id used for something else is a conflict, and nothing is stored', async () => {
    const { ada, ben, path, id } = await pair();
    const message_id = randomUUID();
    expect((await ada.post(path, { content: 'mine', message_id })).status).toBe(201);
    expectProblem(await ada.post(path, { content: 'other', message_id }), 409, 'conflict');
    expectProblem(await ben.post(path, { content: 'mine', message_id }), 409, 'conflict');
    const again = await ada.post(path, { content: 'mine', message_id: message_id.toUpperCase() });
    expect(again.status).toBe(200);
    expect(again.as(entity.message).message_id).toBe(message_id);
    expect(await ada.conversation(id)).toMatchObject({ last_seq: 1 });
  });

  test('the same message_id in another conversation is another message', async () => {
    const [one, two] = [await pair(), await pair()];
    const message_id = randomUUID();
    expect((await one.ada.post(one.path, { content: 'a', message_id })).status).toBe(201);
    expect((await two.ada.post(two.path, { content: 'b', message_id })).status).toBe(201);
  });

  test('refuses bad input with the field named, and the next good request works', async () => {
    const { ada, id, path } = await pair();
    for (const content of [
      '',
      ' \n\t\u3000',
      'a\0b',
      '\ud800',
      'x'.repeat(10_001),
      1,
      null,
      true,
      ['a'],
      {},
    ]) {
      expectProblem(await ada.post(path, { content }), 400, 'invalid_request', 'content');
    }
    expectProblem(await ada.post(path, {}), 400, 'invalid_request', 'content');
    for (const message_id of ['', 'x', 7, null, 'z'.repeat(36), `${randomUUID()}0`]) {
      expectProblem(await ada.post(path, { content: 'x', message_id }), 400, 'invalid_request', 'message_id');
    }
    for (const body of [[{ content: 'x' }], [], 'x', 7, null]) {
      expectProblem(await ada.post(path, body), 400, 'invalid_request', 'body');
    }
    expect(await ada.send(id, 'good')).toMatchObject({ seq: 1 });
  });

  test('is for the two participants only', async () => {
    const { ada, path, id } = await pair();
    const eve = await server.person('eve');
    expectProblem(await eve.post(path, { content: 'x' }), 403, 'not_participant');
    // Nor once the server has come to know who takes part, or together with somebody who does.
    for (const content of ['first', 'second']) await ada.send(id, content);
    const [refused, sent] = await Promise.all([eve.post(path, { content: 'x' }), ada.send(id, 'third')]);
    expectProblem(refused, 403, 'not_participant');
    expect(sent.seq).toBe(3);
    expectProblem(await eve.get(path), 403, 'not_participant');
    expectProblem(await eve.post(path.replace(id, randomUUID()), { content: 'x' }), 404, 'not_found');
    expectProblem(await eve.post(path.replace(id, 'nonsense'), { content: 'x' }), 404, 'not_found');
  });

  test('any interleaving of senders yields seq 1..n, each sender’s own order kept', async () => {
    const sends = fc.array(fc.boolean(), {
      minLength: 1,
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(sends, async (plan) => {
        const { ada, ben, id } = await pair();
        // Each sender awaits its own sends; the two of them race.
        const lanes = [true, false].map(async (isAda) => {
          const mine = plan.filter((fromAda) => fromAda === isAda);
          for (const i of mine.keys()) await (isAda ? ada : ben).send(id, `${i}`);
        });
        await Promise.all(lanes);
        const { results } = (await ada.get(`/api/chat/conversations/${id}/messages/?limit=100&order=asc`)).as(
          entity.page,
        );
        expect(seqs(results)).toEqual(upTo(plan.length));
        for (const sender of [ada, ben]) {
          const own = results.filter((message) => message.sender.id === sender.id);
          expect(own.map(({ content }) => content)).toEqual(own.map((_, i) => `${i}`));
        }
        const times = results.map(({ timestamp }) => timestamp);
        expect(times).toEqual([...times].sort());
      }),
      { numRuns: 12 },
    );
  });
});

describe('3.5 listMessages', () => {
  let ada: Person;
  let path: string;
  const TOTAL = 23;
  beforeAll(async () => {
    const made = await pair();
    ({ ada, path } = made);
    for (const seq of upTo(TOTAL)) await (seq % 2 ? made.ada : made.ben).send(made.id, `message ${seq}`);
  });

  test('is newest first, 50 at a time, with both ends null', async () => {
    const page = (await ada.get(path)).as(entity.page);
    expect(seqs(page.results)).toEqual(upTo(TOTAL).reverse());
    expect(page).toMatchObject({ next: null, previous: null });
    const { ada: lonely, path: empty } = await pair();
    expect((await lonely.get(empty)).as(entity.page)).toEqual({
      count: 0,
      next: null,
      previous: null,
      results: [],
    });
  });

  test('any walk of pages meets every message of its range once, forward and back', async () => {
    const bound = fc.option(fc.nat(TOTAL + 3), { nil: undefined });
    const query = fc.record({
      limit: fc.integer({ min: 1, max: TOTAL + 2 }),
      before: bound,
      after: bound,
      order: fc.constantFrom('asc', 'desc'),
    });
    await fc.assert(
      fc.asyncProperty(query, async ({ limit, before, after, order }) => {
        const params = new URLSearchParams({ limit: `${limit}`, order });
        if (before !== undefined) params.set('before', `${before}`);
        if (after !== undefined) params.set('after', `${after}`);
        const forward = await walk(ada, `${path}?${params}`, 'next');
        const inRange = upTo(TOTAL).filter((seq) => seq < (before ?? Infinity) && seq > (after ?? -1));
        if (order === 'desc') inRange.reverse();
        expect(seqs(forward.flat())).toEqual(inRange);
        expect(forward.slice(0, -1).every((page) => page.length === limit)).toBe(true);

        // Back from the last page: through all that came before it in this order, to the very end.
        const last = forward.at(-1)?.at(-1);
        if (!last) return;
        const edge = order === 'asc' ? `after=${last.seq - 1}` : `before=${last.seq + 1}`;
        const back = await walk(ada, `${path}?limit=${limit}&order=${order}&${edge}`, 'previous');
        const start = order === 'asc' ? upTo(TOTAL) : upTo(TOTAL).reverse();
        const lastPage = back.shift() ?? [];
        const earlier = back.reverse().flat();
        expect(seqs(earlier)).toEqual(start.slice(0, start.indexOf(lastPage[0]?.seq ?? 0)));
      }),
      { numRuns: 25 },
    );
  });

  test('gives what was missed after a seq, oldest first', async () => {
    const pages = await walk(ada, `${path}?after=11&order=asc&limit=5`, 'next');
    expect(pages.map(seqs)).toEqual([
      [12, 13, 14, 15, 16],
      [17, 18, 19, 20, 21],
      [22, 23],
    ]);
    expect((await ada.get(`${path}?after=${TOTAL}&order=asc`)).as(entity.page).results).toEqual([]);
  });

  test('refuses parameters out of range', async () => {
    for (const [name, values] of Object.entries({
      limit: ['0', '101', '-1', 'x', '1.5', '', '5&limit=6'],
      before: ['-1', 'x', '2147483648', '1e3', ''],
      after: ['-1', 'x', '2147483648', '%00'],
      order: ['up', '', 'ASC', 'asc&order=desc'],
    })) {
      for (const value of values)
        expectProblem(await ada.get(`${path}?${name}=${value}`), 400, 'invalid_request', name);
    }
  });

  test('numbered pages are those of the range, each message once, and say how many there are', async () => {
    const bound = fc.option(fc.nat(TOTAL + 3), { nil: undefined });
    const query = fc.record({
      size: fc.integer({ min: 1, max: TOTAL + 2 }),
      before: bound,
      after: bound,
      order: fc.constantFrom('asc', 'desc'),
      names: fc.constantFrom(['page', 'page_size'], ['offset', 'limit'], ['page', 'limit']),
    });
    await fc.assert(
      fc.asyncProperty(query, async ({ size, before, after, order, names: [place = '', sizeName = ''] }) => {
        const params = new URLSearchParams({
          order,
          [sizeName]: `${size}`,
          [place]: place === 'page' ? '1' : '0',
        });
        if (before !== undefined) params.set('before', `${before}`);
        if (after !== undefined) params.set('after', `${after}`);
        const inRange = upTo(TOTAL).filter((seq) => seq < (before ?? Infinity) && seq > (after ?? -1));
        if (order === 'desc') inRange.reverse();
        const pages: MessagePage[] = [];
        for (let url: string | null = `${path}?${params}`; url !== null && pages.length < 100; ) {
          const page: MessagePage = (await ada.get(url)).as(entity.page);
          expect(page.count).toBe(inRange.length);
          if (pages.length > 0)
            expect((await ada.get(page.previous ?? '')).text).toContain(
              JSON.stringify(pages.at(-1)?.results),
            );
          else expect(page.previous).toBeNull();
          pages.push(page);
          url = page.next;
          // The next page is of the same kind.
          if (url !== null) expect(new URL(url).searchParams.has(place)).toBe(true);
        }
        expect(seqs(pages.flatMap(({ results }) => results))).toEqual(inRange);
      }),
      { numRuns: 25 },
    );
  });

  test('a page beyond the last is empty, and leads back', async () => {
    const beyond = (await ada.get(`${path}?page=9&page_size=10`)).as(entity.page);
    expect(beyond).toMatchObject({ count: TOTAL, next: null, results: [] });
    expect(new URL(beyond.previous ?? '').searchParams.get('page')).toBe('3');
    const last = (await ada.get(`${path}?page=2147483647&page_size=100&order=asc`)).as(entity.page);
    expect(last).toMatchObject({ next: null, results: [] });
    expect((await ada.get(`${path}?offset=2147483647&limit=2`)).as(entity.page).results).toEqual([]);
  });

  test('refuses two kinds of pages at once, and parameters that are none', async () => {
    expectProblem(await ada.get(`${path}?page=1&offset=0`), 400, 'invalid_request', 'offset');
    for (const value of ['0', '-1', 'x', '2147483648'])
      expectProblem(await ada.get(`${path}?page=${value}`), 400, 'invalid_request', 'page');
    expectProblem(await ada.get(`${path}?page_size=101`), 400, 'invalid_request', 'page_size');
    for (const list of [path, '/api/chat/conversations/', '/api/chat/users/']) {
      const refused = await ada.get(`${list}?limit=1&unknown=1`);
      expectProblem(refused, 400, 'invalid_request', 'unknown');
      expect(refused.as(entity.problem).detail).toContain('limit');
    }
    // Where there are none, there is none to take it for.
    expect((await ada.get('/api/chat/users/me/?_=1')).status).toBe(200);
  });
});
