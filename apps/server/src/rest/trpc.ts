import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance } from 'fastify';
import { contextOf, type HttpDependencies } from './http-context.ts';
import { HANDLER_TIMEOUT_MS } from './in-time.ts';
import { acceptJsonOnly } from './json-body.ts';
import { problemHeaders, toProblem } from './problem.ts';
import { appRouter } from './router.ts';

/** More calls than this in one request are refused. */
const MAX_BATCH = 20;

/** `/trpc`: the procedures for a `@trpc/client`. tRPC's own Fastify plugin would read bodies that are not UTF-8 as other text. */
export async function registerTrpc(app: FastifyInstance, deps: HttpDependencies): Promise<void> {
  await app.register(async (trpc) => {
    acceptJsonOnly(trpc, (text) => text); // tRPC parses it
    trpc.route<{ Params: { path: string } }>({
      method: ['GET', 'POST'],
      url: '/trpc/:path',
      handlerTimeout: HANDLER_TIMEOUT_MS,
      handler: (request, reply) =>
        fastifyRequestHandler({
          router: appRouter,
          req: request,
          res: reply,
          path: request.params.path,
          maxBatchSize: MAX_BATCH,
          createContext: () => contextOf(deps, request),
          responseMeta: ({ ctx, errors: [error], info }) => {
            if (error) return { headers: problemHeaders(toProblem(error, request.id)) };
            // The calls of a batch share one answer, and a link would not say whose it is.
            return ctx?.reply.link && !info?.isBatchCall ? { headers: { link: ctx.reply.link } } : {};
          },
          onError: ({ error }) => {
            if (toProblem(error, request.id).code === 'internal')
              request.log.error({ err: error }, 'a call failed');
          },
        }),
    });
  });
}
