import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import serveFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** A year, the longest that caches take: a file with another content has another name. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The built web app at `/` (PROTOCOL 3.10): one exact route for every file of its folder, and so no path that leads anywhere else. A
 * file's `.br` and `.gz`, made by the build, go to whoever takes them. Without the folder `/` leads to the reference.
 */
export async function registerWebApp(app: FastifyInstance, folder: string | undefined): Promise<void> {
  if (folder !== undefined && existsSync(join(folder, 'index.html'))) {
    const hashed = join(folder, 'assets') + sep;
    await app.register(serveFiles, {
      root: folder,
      wildcard: false,
      globIgnore: ['**/*.{br,gz}'],
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) =>
        reply.header('cache-control', path.startsWith(hashed) ? FOR_EVER : 'no-cache'),
    });
  } else {
    if (folder !== undefined)
      app.log.info('the web app is not built: `pnpm --filter @duet/web build` does that');
    app.get('/', (_request, reply) => reply.redirect('/docs/'));
  }
  // What browsers ask for by themselves on pages that name no icon.
  if (!app.hasRoute({ method: 'GET', url: '/favicon.ico' })) {
    app.get('/favicon.ico', (_request, reply) => reply.code(204).send());
  }
}
