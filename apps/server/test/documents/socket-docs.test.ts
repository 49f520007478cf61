import { asyncApiDocument } from '@duet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, request } from '../harness/http.ts';
import { startServer, type TestServer } from '../harness/server.ts';

// `/docs/socket/` (PROTOCOL 3.10): the AsyncAPI document for people.

const document = asyncApiDocument();
let server: TestServer;
let page: Answer;
beforeAll(async () => {
  server = await startServer();
  page = await request(server.url, 'GET', '/docs/socket/');
});
afterAll(() => server.stop());

/** What somebody reads: the page without its markup. */
const textOf = (markup: string) =>
  markup
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, '');
const read = (text: string) => text.replaceAll(/[`\s]+/g, '');
/** The part of the page from the element of this id to some markup after it. */
const partOf = (id: string, until: string) => {
  const start = page.text.indexOf(` id="${id}"`);
  expect(start, id).toBeGreaterThan(0);
  return page.text.slice(start, page.text.indexOf(until, start));
};

test('it is a page that loads nothing but its own stylesheet', async () => {
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|http|\*/);
  expect(page.text).not.toMatch(/<script|<style|\sstyle=|\son\w+=|https?:/);
  const styles = [...page.text.matchAll(/rel="stylesheet" href="([^"]+)"/g)].map(([, name]) => name);
  expect(styles).toHaveLength(2);
  for (const name of styles) {
    const style = await request(server.url, 'GET', `/docs/socket/${name}`);
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(style.text).not.toMatch(/url\(|@import/);
  }
});

test('every frame is on the side where its reader stands, with its fields and its example', () => {
  for (const [action, side] of [
    ['receive', 'send'],
    ['send', 'receive'],
  ] as const) {
    for (const operation of Object.values(document.operations).filter((each) => each.action === action)) {
      const socket = operation.channel.$ref.split('/').at(-1);
      const frames = operation.messages.map(({ $ref }) => $ref.split('/').at(-1) ?? '');
      const listed = partOf(`${socket}-${side}`, '<h3').matchAll(/class="frame" id="(\w+)"/g);
      expect([...listed].map(([, name]) => name)).toEqual(frames);
    }
  }
  for (const [name, { examples, summary }] of Object.entries(document.components.messages)) {
    const article = partOf(name, '</article>');
    const text = textOf(article);
    expect(text).toContain(read(summary ?? ''));
    for (const { payload } of examples) expect(text).toContain(read(JSON.stringify(payload)));
    for (const field of Object.keys(document.components.schemas[name]?.properties ?? {}))
      expect(article, `${name}.${field}`).toContain(`<dt><code>${field}</code>`);
  }
});

test('bounds and what is optional are said', () => {
  const text = (frame: string) => textOf(partOf(frame, '</article>'));
  expect(text('SendFrame')).toContain('messagestring,1–10,000characters');
  expect(text('SendFrame')).toContain('message_idstring,uuidoptional');
  expect(text('SyncFrame')).toContain('limitinteger,1–1,000,100ifleftoutoptional');
});

test('both handshakes and every close code are there, with what to do', () => {
  for (const [id, channel] of Object.entries(document.channels)) {
    const section = textOf(partOf(id, '</section>'));
    expect(section).toContain(read(channel.address));
    const { query, headers } = channel.bindings.ws;
    for (const [name, { description }] of Object.entries({ ...query.properties, ...headers.properties })) {
      expect(section).toContain(name);
      expect(section).toContain(read(description));
    }
    for (const { close, error, title, recovery, advice } of channel['x-close-codes'])
      expect(section).toContain(read(`${close}${error}${title}${recovery}${advice}`));
  }
});

test('every link leads somewhere', async () => {
  const links = new Set([...page.text.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link));
  expect([...links]).toEqual(expect.arrayContaining(['/', '/docs/', '/asyncapi.json', '#ErrorCode']));
  const ids = [...page.text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const link of links) {
    if (link.startsWith('#')) expect(ids).toContain(link.slice(1));
    else
      expect(
        (await request(server.url, 'GET', new URL(link, `${server.url}/docs/socket/`).href)).status,
      ).toBeLessThan(400);
  }
  const reference = await request(server.url, 'GET', '/openapi.json');
  expect(reference.text).toContain('](/docs/socket/)');
  expect(reference.text).toContain('](/)');
});
