import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { request } from '../harness/http.ts';
import { startServer, type TestServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test('the reference loads nothing that the server does not serve', async () => {
  const page = await request(server.url, 'GET', '/docs/');
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain('http');
  const inline = [...page.text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].flatMap(
    ([, source]) => source || [],
  );
  expect(inline.length).toBeGreaterThan(0);
  for (const source of inline) {
    expect(policy).toContain(`'sha256-${createHash('sha256').update(source).digest('base64')}'`);
  }
  const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
  expect(sources.length).toBeGreaterThan(0);
  for (const source of sources) {
    expect(new URL(source, `${server.url}/docs/`).origin).toBe(server.url);
    expect((await request(server.url, 'GET', new URL(source, `${server.url}/docs/`).href)).status).toBe(200);
  }
  expect((await request(server.url, 'GET', '/')).headers.get('location')).toBe('/docs/');
});
