import { randomUUID } from 'node:crypto';
import { type Message, operations } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds, includes } from '../check.ts';
import { at, type Context, range } from '../context.ts';
import type { Person } from '../people/people.ts';
import { refused } from '../problem.ts';

const { list, send } = operations.messages;

/** The history and sending (PROTOCOL 3.5 and 3.6). */
export const messages = [
  section('3.5', 'listMessages', [
    ['Newest first, unless order=asc', orders],
    ['Walking next meets every message of its range once, in either order, at any limit', forwards],
    ['Walking previous meets every message once', backwards],
    ['next and previous are absolute URLs, null at the ends and when there are no results', ends],
    ['before and after are exclusive, alone or together', bounds],
    ['What did I miss: after=<seq>&order=asc, then next until it is null', missed],
    ['Without a limit there are 50', fifty],
    ['Parameters out of range are 400', badParameters],
    ['Numbered pages meet every message of their range once, and count says how many there are', numbered],
    ['A page beyond the last is empty; two kinds of pages at once are 400', beyond],
  ]),
  section('3.6', 'sendMessage', [
    ['201 with the message when it is new', sends],
    ['seq is 1, 2, 3 … within its conversation, without holes', withoutHoles],
    ['The same message_id in another conversation is another message', elsewhere],
    ['A message_id that is no UUID is 400', badId],
    ['Both sides read the same history', sameHistory],
  ]),
];

const seqs = (found: readonly Message[]) => found.map(({ seq }) => seq);

async function page(t: Context, person: Person, id: string, query: string) {
  return (await t.get(person, `${at(list.path, id)}?${query}`)).as(list.output);
}

/** All pages from a query on, along `next` or `previous`. */
async function walk(t: Context, person: Person, id: string, query: string, direction: 'next' | 'previous') {
  const pages: Message[][] = [];
  for (let url: string | null = `${at(list.path, id)}?${query}`; url !== null && pages.length < 100; ) {
    const found: { next: string | null; previous: string | null; results: Message[] } = (
      await t.get(person, url)
    ).as(list.output);
    pages.push(found.results);
    url = found[direction];
  }
  return pages;
}

/** A conversation with so many more messages. */
async function filled(t: Context, count: number) {
  const chat = await t.chat();
  for (const i of range(1, count)) await t.send(i % 2 ? chat.ada : chat.ben, chat.id, `message ${i}`);
  return chat;
}

async function numbered(t: Context) {
  const { ada, id, last } = await filled(t, 7);
  const range7 = range(last + 1, last + 7);
  for (const kind of ['page=1&page_size=3', 'page=1&limit=3', 'limit=3&offset=0']) {
    for (const order of ['asc', 'desc']) {
      const query = `${kind}&order=${order}&after=${last}`;
      const first = await page(t, ada, id, query);
      equal(`${query}: count`, first.count, 7);
      equal(`${query}: previous`, first.previous, null);
      const pages = await walk(t, ada, id, query, 'next');
      equal(
        `${query}: sizes`,
        pages.map(({ length }) => length),
        [3, 3, 1],
      );
      equal(`${query}: all`, seqs(pages.flat()), order === 'asc' ? range7 : range7.toReversed());
      const back = await walk(
        t,
        ada,
        id,
        `${query.replace('page=1', 'page=3').replace('offset=0', 'offset=6')}`,
        'previous',
      );
      equal(`${query}: and back`, back.map(seqs), pages.map(seqs).toReversed());
    }
  }
}

async function beyond(t: Context) {
  const { ada, id } = await filled(t, 1);
  const found = await page(t, ada, id, 'page=2147483647&page_size=100');
  equal('results and next', [found.results, found.next], [[], null]);
  refused(await t.get(ada, `${at(list.path, id)}?page=1&offset=0`), 'invalid_request', 'offset');
  refused(await t.get(ada, `${at(list.path, id)}?page=0`), 'invalid_request', 'page');
}

async function orders(t: Context) {
  const { ada, id, last } = await filled(t, 3);
  const mine = range(last + 1, last + 3);
  for (const query of [`after=${last}`, `after=${last}&order=desc`])
    equal(query, seqs((await page(t, ada, id, query)).results), [...mine].reverse());
  equal('order=asc', seqs((await page(t, ada, id, `after=${last}&order=asc`)).results), mine);
}

async function forwards(t: Context) {
  const { ben, id, last } = await filled(t, 7);
  for (const order of ['asc', 'desc'])
    for (const limit of [1, 3, 7, 8]) {
      const pages = await walk(t, ben, id, `after=${last}&order=${order}&limit=${limit}`, 'next');
      const all = range(last + 1, last + 7);
      equal(`${order}, ${limit} at a time`, seqs(pages.flat()), order === 'asc' ? all : all.reverse());
      holds(
        'pages but the last are full',
        pages.slice(0, -1).every(({ length }) => length === limit),
        pages.map(seqs),
      );
    }
}

async function backwards(t: Context) {
  const { ada, id, last } = await filled(t, 7);
  const pages = await walk(t, ada, id, `before=${last + 3}&limit=2&order=desc`, 'previous');
  const [first = [], ...newer] = pages;
  equal('the page it begins with', seqs(first), [last + 2, last + 1]);
  equal(
    'what is before it in this order',
    seqs([...newer].reverse().flat()),
    range(last + 3, last + 7).reverse(),
  );
}

async function ends(t: Context) {
  const { ada, id, last } = await filled(t, 3);
  const newest = await page(t, ada, id, 'limit=1');
  equal('previous of the newest page', newest.previous, null);
  holds('next is an absolute URL', newest.next !== null && /^https?:\/\//.test(newest.next), newest.next);
  const oldest = await page(t, ada, id, 'limit=1&order=asc');
  equal('previous of the oldest page', oldest.previous, null);
  const final = await page(t, ada, id, `after=${last + 2}&order=asc`);
  equal('next of the last page', final.next, null);
  holds(
    'previous is an absolute URL',
    final.previous !== null && /^https?:\/\//.test(final.previous),
    final.previous,
  );
  const nothing = await page(t, ada, id, `after=${last + 3}&order=asc`);
  equal('the page after everything', nothing, { count: 0, next: null, previous: null, results: [] });
}

async function bounds(t: Context) {
  const { ada, id, last } = await filled(t, 4);
  const found = async (query: string) => seqs((await page(t, ada, id, query)).results);
  equal('both', await found(`after=${last + 1}&before=${last + 4}&order=asc`), [last + 2, last + 3]);
  equal('before', (await found(`before=${last + 3}&limit=1`))[0], last + 2);
  equal('a range with nothing in it', await found(`after=${last + 1}&before=${last + 2}`), []);
}

async function missed(t: Context) {
  const { ben, id, last } = await filled(t, 5);
  const pages = await walk(t, ben, id, `after=${last + 1}&order=asc&limit=2`, 'next');
  equal('pages', pages.map(seqs), [
    [last + 2, last + 3],
    [last + 4, last + 5],
  ]);
}

async function fifty(t: Context) {
  const { ada, id, last } = await t.chat();
  // One sender at a time keeps the order, and the number of those that wait small.
  for (let sent = 0; sent < 51; sent += 3)
    await Promise.all(range(1, 3).map((i) => t.send(ada, id, `${sent + i}`)));
  equal('messages of a page', (await page(t, ada, id, `after=${last}`)).results.length, 50);
}

async function badParameters(t: Context) {
  const { ada, id } = await t.chat();
  for (const [name, values] of Object.entries({
    limit: ['0', '101', '-1', 'x', '1.5', ''],
    before: ['-1', 'x', '2147483648', '1e3', ''],
    after: ['-1', 'x', '2147483648', '%00'],
    order: ['up', '', 'ASC'],
  }))
    for (const value of values)
      refused(await t.get(ada, `${at(list.path, id)}?${name}=${value}`), 'invalid_request', name);
}

async function sends(t: Context) {
  const { ada, id, last } = await t.chat();
  const message_id = randomUUID();
  const answer = await t.post(ada, at(send.path, id), { content: 'Hello', message_id });
  equal('status', answer.status, 201);
  const message = answer.as(send.output);
  includes('the message', message, {
    message_id,
    conversation_id: id,
    seq: last + 1,
    sender: { id: ada.id, username: ada.username },
    content: 'Hello',
    read: false,
  });
  equal('the same in the history', await t.history(ada, id, last), [message]);
}

async function withoutHoles(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const sent: number[] = [];
  for (const person of [ada, ben, ben, ada]) {
    sent.push((await t.send(person, id, 'next')).seq);
    // What is refused takes no number.
    refused(await t.post(person, at(send.path, id), { content: ' ' }), 'invalid_request');
  }
  equal('seq of each', sent, range(last + 1, last + 4));
}

async function elsewhere(t: Context) {
  const { ada, id } = await t.chat();
  const message_id = randomUUID();
  const other = await t.open(ada, await t.people.fresh());
  for (const conversation of [id, other.id]) {
    const answer = await t.post(ada, at(send.path, conversation), { content: conversation, message_id });
    equal('status', answer.status, 201);
  }
}

async function badId(t: Context) {
  const { ada, id, last } = await t.chat();
  for (const message_id of ['', 'x', 7, null, 'z'.repeat(36), `${randomUUID()}0`])
    refused(
      await t.post(ada, at(send.path, id), { content: 'x', message_id }),
      'invalid_request',
      'message_id',
    );
  equal('last_seq', (await t.conversation(ada, id)).last_seq, last);
}

async function sameHistory(t: Context) {
  const { ada, ben, id, last } = await filled(t, 4);
  equal('Ben’s history', await t.history(ben, id, last), await t.history(ada, id, last));
}
