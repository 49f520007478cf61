import type { Operation, OperationMethod } from '@duet/contract';
import { getTRPCErrorFromUnknown, initTRPC, TRPCError } from '@trpc/server';
import type { OpenApiMeta } from 'trpc-to-openapi';
import type { z } from 'zod';
import type { ActorContext } from '../domain/context.ts';
import { DomainError, refusalOf } from '../domain/error.ts';
import type { LimitName } from '../limits/table.ts';
import type { RequestContext } from './context.ts';
import { toProblem, trpcCodeOf } from './problem.ts';

/** Whose request an error of tRPC answers that came before there was a context: a batch too long, an input that is not JSON. */
export const requestIdOfError = new WeakMap<TRPCError, string>();

/** One field, for tRPC copies the fields of a context at every step, which a profile of a small request shows. */
interface ProcedureContext {
  readonly request: RequestContext;
}

const t = initTRPC
  .context<ProcedureContext>()
  .meta<OpenApiMeta>()
  .create({
    isDev: false, // never a stack in an answer
    errorFormatter: ({ shape, error, ctx }) => {
      const problem = toProblem(error, ctx?.request.requestId ?? requestIdOfError.get(error) ?? '');
      return { ...shape, message: problem.detail, data: { ...shape.data, problem } };
    },
  });

export const router = t.router;

/**
 * Domain refusals become tRPC errors of the same status, once, for every procedure. No middleware of its own: tRPC copies the context and more for
 * each, which a profile of a small request shows.
 */
async function refusing<R extends { ok: true } | { ok: false; error: TRPCError }>(
  { called }: RequestContext,
  path: string,
  work: () => Promise<R>,
): Promise<R> {
  const began = called && performance.now();
  const ended = (error?: TRPCError) => {
    if (began !== undefined) called?.(path, (performance.now() - began) / 1000, error);
    const cause = error && refusalOf(error.cause);
    if (cause) throw new TRPCError({ code: trpcCodeOf(cause), message: cause.message, cause });
  };
  let result: R;
  try {
    result = await work();
  } catch (thrown) {
    const error = getTRPCErrorFromUnknown(thrown);
    ended(error);
    throw error;
  }
  ended(result.ok ? undefined : result.error);
  return result;
}

/** What bounds an operation (PROTOCOL 3.11), where it is not what bounds the others of its kind. */
const LIMIT_OF = new Map<string, LimitName>([
  ['sendMessage', 'send'],
  ['openConversation', 'open'],
  ['findUsers', 'search'],
  ['countUnread', 'unread'],
  ['putUsers', 'provision'],
  ['signIn', 'signIn'],
  ['register', 'register'],
]);

const authenticated = ({ id }: Operation) =>
  t.procedure.use(({ ctx: { request }, path, next }) =>
    refusing(request, path, async () => {
      const { user } = await request.authenticate();
      await request.limits.take(LIMIT_OF.get(id) ?? 'request', user.id);
      const domain: ActorContext = { ...request.domain, actor: user };
      return next({ ctx: { domain } });
    }),
  );

const ofService = ({ id }: Operation) =>
  t.procedure.use(({ ctx: { request }, path, next }) =>
    refusing(request, path, async () => {
      const subject = await request.authenticateService();
      await request.limits.take(LIMIT_OF.get(id) ?? 'request', subject);
      return next({ ctx: { domain: request.domain } });
    }),
  );

const withAccounts = ({ id }: Operation) =>
  t.procedure.use(({ ctx: { request }, path, next }) =>
    refusing(request, path, async () => {
      const { accounts, limits, address } = request;
      if (!accounts) throw new DomainError('not_found', 'local accounts are off');
      await limits.take(LIMIT_OF.get(id) ?? 'session', address);
      return next({ ctx: { accounts } });
    }),
  );

/** A router that only says what there is, for documents: every operation of the contract, with the schema of its answers. */
export function documentedRouter(ops: readonly Operation[]) {
  const nothing = () => {
    throw new Error('this router answers nobody');
  };
  return router(
    Object.fromEntries(
      ops.map((op) => {
        const procedure = t.procedure.meta(metaOf(op)).input(op.input).output(op.output);
        return [op.id, op.method === 'GET' ? procedure.query(nothing) : procedure.mutation(nothing)];
      }),
    ),
  );
}

function metaOf({ id, tag, method, path, summary, description, auth }: Operation): OpenApiMeta {
  return {
    openapi: {
      method,
      path,
      operationId: id,
      tags: [tag],
      summary,
      ...(description !== undefined && { description }),
      protect: auth !== 'none',
      errorResponses: [], // openapi.ts puts problem details there
    },
  };
}

/** The procedure of an operation on behalf of somebody; the token is checked before the input. */
export function member<I extends z.ZodObject>(op: Operation<OperationMethod, I, z.ZodType, 'bearer'>) {
  return authenticated(op).meta(metaOf(op)).input(op.input);
}

/** The procedure of an operation that the operator's own back end may call, which acts for nobody. */
export function service<I extends z.ZodObject>(op: Operation<OperationMethod, I, z.ZodType, 'service'>) {
  return ofService(op).meta(metaOf(op)).input(op.input);
}

/** The procedure of an operation on local accounts, which needs no token. */
export function account<I extends z.ZodObject>(op: Operation<OperationMethod, I, z.ZodType, 'none'>) {
  return withAccounts(op).meta(metaOf(op)).input(op.input);
}
