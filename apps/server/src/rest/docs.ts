import { createHash } from 'node:crypto';
import { asyncApiDocument } from '@duet/contract';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './openapi.ts';
import { registerSocketDocs } from './socket-docs/routes.ts';

/** `/openapi.json`, `/asyncapi.json`, and for people `/docs/` and `/docs/socket/`, which load nothing from any other host. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  const sockets = asyncApiDocument();
  for (const [path, document] of [
    ['/openapi.json', openApiDocument()],
    ['/asyncapi.json', sockets],
  ] as const) {
    const text = JSON.stringify(document);
    app.get(path, (_request, reply) => reply.type('application/json; charset=utf-8').send(text));
  }
  registerSocketDocs(app, sockets);
  await app.register(async (docs) => {
    // The page has inline scripts of its own: each is allowed by its hash, and no other.
    docs.addHook('onSend', async (_request, reply, payload) => {
      if (typeof payload !== 'string' || !String(reply.getHeader('content-type')).startsWith('text/html'))
        return payload;
      const inline = [...payload.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(
        ([, source = '']) => source,
      );
      const hashes = inline.map(
        (source) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`,
      );
      reply.header(
        'content-security-policy',
        `default-src 'self'; script-src 'self' ${hashes.join(' ')}; style-src 'self' 'unsafe-inline'; ` +
          "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      );
      return payload;
    });
    await docs.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        url: '/openapi.json',
        pageTitle: 'Duet API',
        withDefaultFonts: false,
        proxyUrl: '',
        telemetry: false,
        agent: { disabled: true },
        hideClientButton: true,
        showDeveloperTools: 'never',
        authentication: { preferredSecurityScheme: 'bearer' },
      },
    });
  });
}
