import { allOperations, type NamedOperation, type Operation, USERS_MAX, userId } from '@duet/contract';
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
  const fields = queryFieldsOf(operation);
  app.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { operation: id },
    // Before the body is read: whoever may not call does not make the server read.
    onRequest: async (request) => {
      const ctx = contextOf(deps, request, traceOf(request));
      request.setDecorator(CONTEXT, ctx);
      if (auth === 'bearer') await ctx.authenticate();
      if (auth === 'service') await ctx.authenticateService();
    },
    handler: async (request, reply) => {
      const ctx = request.getDecorator<RequestContext>(CONTEXT);
      const input = {
        ...(method === 'GET' ? queryOf(request, fields) : bodyOf(request)),
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

/** The parameters that an operation has, and how the text of each becomes a value. */
type QueryFields = ReadonlyMap<string, 'number' | 'list' | 'text'>;

function queryFieldsOf({ input, path }: Operation): QueryFields {
  const { properties = {} } = z.toJSONSchema(input, { io: 'input' });
  const names = Object.keys(properties).filter((name) => !path.includes(`{${name}}`));
  return new Map(names.map((name) => [name, kindOf(properties[name])]));
}

function kindOf(schema: unknown): 'number' | 'list' | 'text' {
  const type = typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined;
  return type === 'integer' ? 'number' : type === 'array' ? 'list' : 'text';
}

/**
 * The query as the contract's schema takes it: digits become numbers here, as a schema that did so would take strings for numbers everywhere.
 * Whoever misspells a parameter of a list reads its first page for ever, so an unknown one is refused where there are any.
 */
function queryOf(request: FastifyRequest, fields: QueryFields): Record<string, unknown> {
  const query = Object.entries({ ...asRecord(request.query) });
  const [unknown] = query.flatMap(([name]) => (fields.size > 0 && !fields.has(name) ? name : []));
  if (unknown !== undefined)
    throw DomainError.invalid(unknown, `is no parameter here; there are ${[...fields.keys()].join(', ')}`);
  return Object.fromEntries(query.map(([name, value]) => [name, parameterOf(value, fields.get(name))]));
}

function parameterOf(value: unknown, kind: 'number' | 'list' | 'text' | undefined): unknown {
  if (kind === 'list') return [value].flat().flatMap(partsOf);
  return kind === 'number' && typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

/** A list is given as one parameter with commas, or as many. An id may have commas in it, so the whole stands there, too, if it can be one. */
function partsOf(value: unknown): unknown[] {
  if (typeof value !== 'string' || !value.includes(',')) return [value];
  const parts = value.split(',').filter(Boolean);
  return parts.length < USERS_MAX && userId.safeParse(value).success ? [value, ...parts] : parts;
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
