import type { TRPCError } from '@trpc/server';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { contextOf, type HttpDependencies } from './http-context.ts';
import { HANDLER_TIMEOUT_MS } from './in-time.ts';
import { acceptJsonOnly } from './json-body.ts';
import { type HttpObservers, logCall, noteRefusal, traceOf } from './observe.ts';
import { MAX_BATCH, problemHeaders, toProblem } from './problem.ts';
import { requestIdOfError } from './procedure.ts';
import { appRouter } from './router.ts';

/** `/trpc`: the procedures for a `@trpc/client`. tRPC's own Fastify plugin would read bodies that are not UTF-8 as other text. */
export async function registerTrpc(
  app: FastifyInstance,
  deps: HttpDependencies & HttpObservers,
): Promise<void> {
  await app.register(async (trpc) => {
    acceptJsonOnly(trpc, (text) => text); // tRPC parses it
    // tRPC names what its answer varies by, which would replace the `Vary: Origin` of CORS.
    trpc.addHook('onSend', async (_request, reply, payload) => {
      const vary = reply.getHeader('vary');
      if (payload instanceof Response && vary !== undefined) payload.headers.append('vary', String(vary));
    });
    trpc.route<{ Params: { path: string } }>({
      // tRPC answers HEAD itself; Fastify's own HEAD routes cannot measure its answers.
      method: ['GET', 'HEAD', 'POST'],
      exposeHeadRoute: false,
      url: '/trpc/:path',
      config: { operation: 'trpc' },
      handlerTimeout: HANDLER_TIMEOUT_MS,
      handler: (request, reply) =>
        fastifyRequestHandler({
          router: appRouter,
          req: request,
          res: reply,
          path: request.params.path,
          maxBatchSize: MAX_BATCH,
          createContext: () => ({
            request: contextOf(deps, request, traceOf(request), (procedure, seconds, error) =>
              observeCall(deps, request, procedure, seconds, error),
            ),
          }),
          responseMeta: ({ ctx, errors: [error], info }) => {
            // tRPC gives what it refuses by itself no type, and it would go out as text.
            if (error)
              return {
                headers: {
                  ...problemHeaders(toProblem(error, request.id)),
                  'content-type': 'application/json',
                },
              };
            // The calls of a batch share one answer, and a link would not say whose it is.
            return ctx?.request.reply.link && !info?.isBatchCall
              ? { headers: { link: ctx.request.reply.link } }
              : {};
          },
          onError: ({ error }) => {
            requestIdOfError.set(error, request.id);
            const { code, status } = toProblem(error, request.id);
            noteRefusal(request, deps.meter, code, status >= 500 ? error : undefined);
          },
        }),
    });
  });
}

/** What can be seen of one call; `onError` counts its refusal, as it does those that reach no procedure. */
function observeCall(
  { meter }: HttpObservers,
  request: FastifyRequest,
  procedure: string,
  seconds: number,
  error: TRPCError | undefined,
): void {
  const { code, status } = error ? toProblem(error, request.id) : { code: undefined, status: 200 };
  meter.called(procedure, code ?? 'ok', seconds);
  if (code) logCall(request, { procedure, code, seconds, err: status >= 500 ? error : undefined });
}
