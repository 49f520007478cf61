import { allOperations, type NamedOperation } from '@duet/contract';
import { callTRPCProcedure } from '@trpc/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DomainError } from '../domain/error.ts';
import type { ReplyMeta, RequestContext } from './context.ts';
import { contextOf, type HttpDependencies } from './http-context.ts';
import { inTime } from './in-time.ts';
import { traceOf } from './observe.ts';
import { appRouter } from './router.ts';

/** Where a request's context is kept between its hook and its handler. */
const CONTEXT = 'duet';

/** One route for every operation of the contract: it gathers the input, calls the procedure and sends what that returns. */
export function registerOperations(app: FastifyInstance, deps: HttpDependencies): void {
  app.decorateRequest(CONTEXT);
  for (const entry of allOperations) registerOperation(app, deps, entry);
}

function registerOperation(
  app: FastifyInstance,
  deps: HttpDependencies,
  { name, operation }: NamedOperation,
): void {
  const { id, method, path, auth, success } = operation;
  const usualStatus = Number(Object.keys(success)[0]);
  const numbers = numericFields(operation.input);
  app.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { operation: id },
    // Before the body is read: whoever may not call does not make the server read.
    onRequest: async (request) => {
      const ctx = contextOf(deps, request, traceOf(request));
      request.setDecorator(CONTEXT, ctx);
      if (auth === 'bearer') await ctx.authenticate();
    },
    handler: async (request, reply) => {
      const ctx = request.getDecorator<RequestContext>(CONTEXT);
      const input = {
        ...(method === 'GET' ? queryOf(request, numbers) : bodyOf(request)),
        ...paramsOf(request),
      };
      const called = callTRPCProcedure({
        router: appRouter,
        path: name,
        type: method === 'GET' ? 'query' : 'mutation',
        getRawInput: async () => input,
        ctx: { request: ctx },
        signal: undefined,
        batchIndex: 0,
      });
      return answer(reply, ctx.reply, usualStatus, await inTime(called));
    },
  });
}

function answer(
  reply: FastifyReply,
  { link, status }: ReplyMeta,
  usual: number,
  output: unknown,
): FastifyReply {
  reply.code(status ?? usual);
  if (link !== undefined) reply.header('link', link);
  if (output === undefined) return reply.send();
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(output));
}

/** The fields of an input that are numbers, and so come as digits in a query. */
function numericFields(input: z.ZodObject): ReadonlySet<string> {
  const { properties = {} } = z.toJSONSchema(input, { io: 'input' });
  const isNumeric = (schema: unknown) =>
    typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'integer';
  return new Set(Object.keys(properties).filter((name) => isNumeric(properties[name])));
}

/** Digits become numbers here and not in the schema, which would then take strings for numbers everywhere. */
function queryOf(request: FastifyRequest, numbers: ReadonlySet<string>): Record<string, unknown> {
  const query = Object.entries({ ...asRecord(request.query) });
  return Object.fromEntries(
    query.map(([name, value]) => [
      name,
      numbers.has(name) && typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
    ]),
  );
}

function bodyOf(request: FastifyRequest): Record<string, unknown> {
  const body = asRecord(request.body);
  if (!body) throw DomainError.invalid('body', 'must be a JSON object');
  return body;
}

function paramsOf(request: FastifyRequest): Record<string, unknown> {
  return asRecord(request.params) ?? {};
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
