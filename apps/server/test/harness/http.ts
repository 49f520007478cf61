import { conversation, message, messagePage, problem, session, user } from '@duet/contract';
import { PATIENCE_MS } from '@duet/testing/wait';
import { expect } from 'vitest';
import { z } from 'zod';

/** What answers hold, for `answer.as(…)`. */
export const entity = {
  conversation,
  conversations: z.array(conversation),
  message,
  page: messagePage,
  problem,
  session,
  user,
  users: z.array(user),
};
/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, held against the contract's schema. */
  as<S extends z.ZodType>(schema: S): z.output<S>;
}

interface RequestOptions {
  readonly token?: string;
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

export async function request(
  url: string,
  method: string,
  path: string,
  { token, json, body, headers }: RequestOptions = {},
): Promise<Answer> {
  const response = await fetch(path.startsWith('http') ? path : url + path, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    as: (schema) => z.parse(schema, JSON.parse(text)),
  };
}

/** Holds an error answer against PROTOCOL 1.5: the status, the code, problem details, and nothing of the inside. */
export function expectProblem(answer: Answer, status: number, code: string, field?: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const body = answer.as(entity.problem);
  expect(body).toMatchObject({ status, code, type: `urn:duet:error:${code}` });
  expect(body.request_id).toBe(answer.headers.get('x-request-id'));
  if (field !== undefined) expect(body.errors?.map((error) => error.field)).toContain(field);
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|select |insert |stack/i);
}
