import type { Operation } from '@duet/contract';
import { initTRPC, TRPCError } from '@trpc/server';
import type { OpenApiMeta } from 'trpc-to-openapi';
import { z } from 'zod';
import type { ActorContext } from '../domain/context.ts';
import { DomainError, refusalOf } from '../domain/error.ts';
import type { LimitName } from '../limits/table.ts';
import type { RequestContext } from './context.ts';
import { toProblem, trpcCodeOf } from './problem.ts';

/** Whose request an error of tRPC answers that came before there was a context: a batch too long, an input that is not JSON. */
export const requestIdOfError = new WeakMap<TRPCError, string>();

const t = initTRPC
  .context<RequestContext>()
  .meta<OpenApiMeta>()
  .create({
    isDev: false, // never a stack in an answer
    errorFormatter: ({ shape, error, ctx }) => {
      const problem = toProblem(error, ctx?.requestId ?? requestIdOfError.get(error) ?? '');
      return { ...shape, message: problem.detail, data: { ...shape.data, problem } };
    },
  });

export const router = t.router;

/** Domain refusals become tRPC errors of the same status, once, for every procedure. */
const refusing = t.procedure.use(async ({ ctx, path, next }) => {
  const began = ctx.called && performance.now();
  const result = await next();
  if (began !== undefined)
    ctx.called?.(path, (performance.now() - began) / 1000, result.ok ? undefined : result.error);
  const cause = result.ok ? undefined : refusalOf(result.error.cause);
  if (cause) throw new TRPCError({ code: trpcCodeOf(cause), message: cause.message, cause });
  return result;
});

/** What bounds an operation (PROTOCOL 3.11), where it is not what bounds the others of its kind. */
const LIMIT_OF = new Map<string, LimitName>([
  ['sendMessage', 'send'],
  ['openConversation', 'open'],
  ['findUsers', 'search'],
  ['signIn', 'signIn'],
  ['register', 'register'],
]);

const authenticated = ({ id }: Operation) =>
  refusing.use(async ({ ctx, next }) => {
    const { user } = await ctx.authenticate();
    await ctx.limits.take(LIMIT_OF.get(id) ?? 'request', user.id);
    const domain: ActorContext = { ...ctx.domain, actor: user };
    return next({ ctx: { domain } });
  });

const withAccounts = ({ id }: Operation) =>
  refusing.use(async ({ ctx, next }) => {
    if (!ctx.accounts) throw new DomainError('not_found', 'local accounts are off');
    await ctx.limits.take(LIMIT_OF.get(id) ?? 'session', ctx.address);
    return next({ ctx: { accounts: ctx.accounts } });
  });

/** The type of a schema without its checks: an answer is ours, and its shape a matter of the compiler and the tests. */
function trusted<O extends z.ZodType>(_schema: O) {
  return z.custom<z.output<O>>().meta({ override: { type: 'object' } });
}

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
      protect: auth === 'bearer',
      errorResponses: [], // openapi.ts puts problem details there
    },
  };
}

/** The procedure of an operation on behalf of somebody; the token is checked before the input. */
export function member<I extends z.ZodObject, O extends z.ZodType>(
  op: Operation<'GET' | 'POST', I, O, 'bearer'>,
) {
  return authenticated(op).meta(metaOf(op)).input(op.input).output(trusted(op.output));
}

/** The procedure of an operation on local accounts, which needs no token. */
export function account<I extends z.ZodObject, O extends z.ZodType>(
  op: Operation<'GET' | 'POST', I, O, 'none'>,
) {
  return withAccounts(op).meta(metaOf(op)).input(op.input).output(trusted(op.output));
}
