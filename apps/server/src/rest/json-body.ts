import type { FastifyInstance } from 'fastify';
import { DomainError } from '../domain/error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON in UTF-8 is the one kind of body (PROTOCOL 3.1). Fastify's own parser would turn broken UTF-8 into other text. */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    if (charset && !/^utf-?8$/i.test(charset)) return done(new DomainError('unsupported_media_type'));
    if (typeof body === 'string') return parseJson(request, body, done);
    let text: string;
    try {
      text = utf8.decode(body);
    } catch {
      return done(new DomainError('invalid_request', 'the body is not UTF-8'));
    }
    return parseJson(request, text, done);
  });
}
