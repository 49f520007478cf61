import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Document } from './outline.ts';
import { socketPage } from './page.ts';

/** `/docs/socket/`: the AsyncAPI document for people. */
export function registerSocketDocs(app: FastifyInstance, document: Document): void {
  const stylesheet = '/docs/socket/style.css';
  const page = socketPage(document, stylesheet);
  const style = readFileSync(new URL('style.css', import.meta.url), 'utf8');
  app.get('/docs/socket/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  app.get(stylesheet, (_request, reply) => reply.type('text/css; charset=utf-8').send(style));
}
