import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { fileOf } from '../../files.ts';
import type { Document } from './outline.ts';
import { socketPage } from './page.ts';

const STYLES = ['page.css', 'reference.css'];

/** `/docs/socket/`: the AsyncAPI document for people. */
export function registerSocketDocs(app: FastifyInstance, document: Document): void {
  const page = socketPage(document, STYLES);
  app.get('/docs/socket/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  for (const name of STYLES) {
    const style = readFileSync(fileOf(`src/rest/socket-docs/${name}`), 'utf8');
    app.get(`/docs/socket/${name}`, (_request, reply) => reply.type('text/css; charset=utf-8').send(style));
  }
}
