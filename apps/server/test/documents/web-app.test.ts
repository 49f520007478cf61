import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem, request } from '../harness/http.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { bounded } from '../harness/socket.ts';

// The built web app at `/` (PROTOCOL 3.10), with a folder that looks like one.

const SCRIPT = `console.log(${JSON.stringify('duet '.repeat(500))});`;
const PAGE =
  '<!doctype html><title>Duet</title><script type="module" src="/assets/index-BxW3kQ9a.js"></script>';
const folder = mkdtempSync(join(tmpdir(), 'duet-web-'));
const dist = join(folder, 'dist');
let server: TestServer;

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

beforeAll(async () => {
  write('outside.txt', 'nothing for the world');
  write('dist/index.html', PAGE);
  write('dist/favicon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  write('dist/.env', 'SECRET=1');
  write('dist/assets/.hidden.js', 'SECRET=1');
  write('dist/assets/gone-C0ffee00.js', 'an old version');
  write('dist/assets/small-D4t4d4t4.css', 'a{}');
  write('dist/assets/index-BxW3kQ9a.js', SCRIPT);
  write('dist/assets/index-BxW3kQ9a.js.br', brotliCompressSync(SCRIPT));
  write('dist/assets/index-BxW3kQ9a.js.gz', gzipSync(SCRIPT));
  server = await startServer({}, dist);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const fetched = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  request(server.url, method, path, { headers });
const JS = '/assets/index-BxW3kQ9a.js';

/** A path as it is, which fetch would put in order, and the answer's status. */
function statusOf(path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(server.url);
  return bounded(
    path,
    new Promise((resolve, reject) => {
      get({ hostname, port, path, agent: false }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode));
      }).once('error', reject);
    }),
  );
}

describe('what is in the folder', () => {
  test('the page is asked for each time, and comes again only when it changed', async () => {
    const page = await fetched('/');
    expect(page.status).toBe(200);
    expect(page.text).toBe(PAGE);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const etag = page.headers.get('etag') ?? '';
    // As a browser asks; fetch by itself would want it whole.
    const revalidate = (tag: string) => fetched('/', { 'if-none-match': tag, 'cache-control': 'max-age=0' });
    const again = await revalidate(etag);
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
    expect(again.headers.get('cache-control')).toBe('no-cache');
    expect((await revalidate('"another"')).status).toBe(200);
    expect((await fetched('/?conversation=1')).text).toBe(PAGE);
  });

  test('a file whose name has a hash is kept for ever, any other is not', async () => {
    const script = await fetched(JS);
    expect(script.text).toBe(SCRIPT);
    expect(script.headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const icon = await fetched('/favicon.svg');
    expect(icon.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
    expect(icon.headers.get('cache-control')).toBe('no-cache');
  });

  test('it comes compressed to whoever takes that, and says that it depends', async () => {
    for (const [accepts, gets] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const script = await fetched(JS, { 'accept-encoding': accepts });
      expect(script.headers.get('content-encoding'), accepts).toBe(gets);
      expect(script.headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
      expect(script.headers.get('cache-control')).toContain('immutable');
      expect(script.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(script.text).toBe(SCRIPT);
    }
    const bare = await fetched('/assets/small-D4t4d4t4.css', { 'accept-encoding': 'br, gzip' });
    expect(bare.headers.get('content-encoding')).toBeNull();
    expect(bare.text).toBe('a{}');
  });

  test('HEAD is GET without the body, any other method is 405', async () => {
    const [head, whole] = [await fetched(JS, {}, 'HEAD'), await fetched(JS)];
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    for (const name of ['content-length', 'content-type', 'etag', 'cache-control'])
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    for (const path of ['/', JS, '/favicon.svg']) {
      const posted = await fetched(path, {}, 'POST');
      expectProblem(posted, 405, 'method_not_allowed');
      expect(posted.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
      expect((await fetched(path, {}, 'OPTIONS')).headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    }
  });

  test('a page may load what this server has and call it, nothing else', async () => {
    const policy = (await fetched('/')).headers.get('content-security-policy')?.split(';') ?? [];
    expect(new Map(policy.map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]))).toEqual(
      new Map([
        ['default-src', "'none'"],
        ['script-src', "'self'"],
        ['style-src', "'self'"],
        ['img-src', "'self' data:"],
        ['font-src', "'self'"],
        ['connect-src', "'self'"],
        ['manifest-src', "'self'"],
        ['base-uri', "'none'"],
        ['form-action', "'none'"],
        ['frame-ancestors', "'none'"],
      ]),
    );
  });
});

describe('what is not', () => {
  test('names that no file has, folders, dotfiles and the compressed files themselves are 404', async () => {
    for (const path of [
      '/assets/',
      '/assets',
      '/assets/index.js',
      '/.env',
      '/assets/.hidden.js',
      `${JS}.br`,
      `${JS}.gz`,
      `${JS}/`,
      '/INDEX.HTML',
      '/conversations/1',
    ]) {
      expectProblem(await fetched(path), 404, 'not_found');
    }
  });

  test('no path leads out of the folder', async () => {
    for (const path of [
      '/../outside.txt',
      '/assets/../../outside.txt',
      '/%2e%2e/outside.txt',
      '/..%2foutside.txt',
      '/assets/..%2f..%2foutside.txt',
      '/..%5coutside.txt',
      '//outside.txt',
      '/%2e%2e%2foutside.txt',
      '/assets/%00',
      '/%',
    ]) {
      expect(await statusOf(path), path).toBe(404);
    }
    expect(await statusOf('/')).toBe(200);
  });

  test('a file that was there at the start and is gone', async () => {
    expect((await fetched('/assets/gone-C0ffee00.js')).status).toBe(200);
    unlinkSync(join(dist, 'assets/gone-C0ffee00.js'));
    const gone = await fetched('/assets/gone-C0ffee00.js');
    expectProblem(gone, 404, 'not_found');
    expect(gone.headers.get('cache-control')).toBe('no-store');
  });

  test('the API is where it was, and not kept', async () => {
    expect((await fetched('/healthz')).headers.get('cache-control')).toBe('no-store');
    expectProblem(await fetched('/api/chat/users/me/'), 401, 'missing_token');
    expect((await fetched('/docs/')).status).toBe(200);
  });
});

test('an app that nobody built: `/` leads to the reference, and the log says what to do', async () => {
  const bare = await startServer({}, join(folder, 'nowhere'));
  const root = await request(bare.url, 'GET', '/');
  expect(root.status).toBe(302);
  expect(root.headers.get('location')).toBe('/docs/');
  expect(bare.log.filter((line) => line.includes('the web app is not built'))).toHaveLength(1);
  await bare.stop();
});
