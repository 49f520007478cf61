import { type ErrorCode, errors, type FieldError, type Problem } from '@duet/contract';
import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { DomainError, refusalOf } from '../domain/error.ts';

/** More calls than this in one request of tRPC are refused. */
export const MAX_BATCH = 20;

/** Any error as problem details (PROTOCOL 1.5). What is not a refusal is a bare `internal`; its cause is for the log. */
export function toProblem(error: unknown, requestId: string): Problem {
  const refusal = toRefusal(error);
  const code = refusal?.code ?? 'internal';
  const row = errors[code];
  return {
    type: `urn:duet:error:${code}`,
    title: row.title,
    status: 'status' in row ? row.status : 500,
    detail: refusal?.message ?? row.title,
    code,
    request_id: requestId,
    ...(refusal?.fields && { errors: [...refusal.fields] }),
    ...(refusal?.retryAfter !== undefined && { retry_after: refusal.retryAfter }),
  };
}

/** What browsers are told of an answer that the server's hooks do not see; helmet says it of all others. */
export const BARE_ANSWER_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The headers that go with a problem, besides its type (PROTOCOL 5). */
export function problemHeaders({ code, status, retry_after }: Problem): Record<string, string> {
  if (status === 401) {
    const isOfToken = code === 'invalid_token' || code === 'token_expired';
    return { 'www-authenticate': isOfToken ? 'Bearer error="invalid_token"' : 'Bearer' };
  }
  if (status === 426) return { upgrade: 'websocket', connection: 'Upgrade' };
  if (status === 503 || retry_after !== undefined) return { 'retry-after': String(retry_after ?? 1) };
  return {};
}

/** The refusal that an error of the domain, of a schema, of tRPC or of Fastify stands for; undefined for a fault of ours. */
function toRefusal(error: unknown): DomainError | undefined {
  const refusal = refusalOf(error instanceof TRPCError ? error.cause : error);
  if (refusal) return refusal;
  if (error instanceof TRPCError) {
    if (error.code === 'BAD_REQUEST' && error.cause instanceof ZodError) return invalidInput(error.cause);
    const code = CODE_OF_TRPC[error.code];
    if (error.code !== 'BAD_REQUEST') return code && new DomainError(code);
    // Its own words say what is wrong with a request, but for the number that they leave out.
    const isLongBatch = error.message === 'Batch call exceeds maximum size';
    return new DomainError(
      'invalid_request',
      isLongBatch ? `a batch has at most ${MAX_BATCH} calls` : error.message,
    );
  }
  if (error instanceof Error && 'statusCode' in error) {
    const code = CODE_OF_STATUS[String(error.statusCode)];
    return code && new DomainError(code, code === 'invalid_request' ? error.message : undefined);
  }
  return undefined;
}

/** A request that a schema refused, with the fields at fault; a fault of the whole is put on `body`. */
function invalidInput(error: ZodError): DomainError {
  const fields: FieldError[] = error.issues.map((issue) => ({
    field: issue.path.join('.') || 'body',
    code: issue.code === 'custom' ? 'invalid_text' : issue.code,
    detail: issue.message,
  }));
  const detail = fields.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  return new DomainError('invalid_request', detail, { fields });
}

// What the libraries refuse before a procedure is called.
const CODE_OF_TRPC: Partial<Record<TRPCError['code'], ErrorCode>> = {
  PARSE_ERROR: 'invalid_request',
  BAD_REQUEST: 'invalid_request',
  NOT_FOUND: 'not_found',
  METHOD_NOT_SUPPORTED: 'method_not_allowed',
  PAYLOAD_TOO_LARGE: 'payload_too_large',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported_media_type',
};
const CODE_OF_STATUS: Record<string, ErrorCode> = {
  400: 'invalid_request',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  503: 'unavailable', // Fastify's, when a handler takes too long
};

/** The tRPC code with the status that the contract gives to a refusal. */
export function trpcCodeOf(refusal: DomainError): TRPCError['code'] {
  const row = errors[refusal.code];
  return ('status' in row && TRPC_OF_STATUS[row.status]) || 'INTERNAL_SERVER_ERROR';
}

const TRPC_OF_STATUS: Record<number, TRPCError['code']> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
};
