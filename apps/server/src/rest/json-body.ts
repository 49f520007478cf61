import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../domain/error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * JSON in UTF-8 is the one kind of body (PROTOCOL 3.1). Fastify's own parser would turn broken UTF-8 into other text.
 * @param parse makes a body of the text, and throws when it cannot
 */
export function acceptJsonOnly(app: FastifyInstance, parse: (text: string) => unknown): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: string | Buffer) => {
      const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
      if (charset && !/^utf-?8$/i.test(charset)) throw new DomainError('unsupported_media_type');
      try {
        return parse(typeof body === 'string' ? body : utf8.decode(body));
      } catch {
        throw new DomainError('invalid_request', 'the body is not JSON in UTF-8');
      }
    },
  );
}
