import { errors, problem, type RestErrorCode } from '@duet/contract';
import { equal, Failure, holds } from './check.ts';
import type { Answer } from './wire/http.ts';

/** Holds an answer against PROTOCOL 1.5 and 5: the status, the code, problem details, the headers, and nothing of the inside. */
export function refused(answer: Answer, code: RestErrorCode, field?: string): void {
  const { of, text, headers } = answer;
  const { status } = errors[code];
  if (answer.status !== status) throw new Failure(of, `${status} ${code}`, `${answer.status} ${text}`);
  holds(
    `${of}: the type of the body is application/problem+json`,
    /^application\/problem\+json\b/.test(headers.get('content-type') ?? ''),
    headers.get('content-type'),
  );
  const body = answer.as(problem);
  equal(`${of}: code`, body.code, code);
  equal(`${of}: status in the body`, body.status, status);
  equal(`${of}: type`, body.type, `urn:duet:error:${code}`);
  equal(`${of}: request_id is that of the header`, body.request_id, headers.get('x-request-id'));
  if (field !== undefined) {
    const fields = body.errors?.map((error) => error.field) ?? [];
    holds(`${of}: errors name the field ${field}`, fields.includes(field), fields);
  }
  holds(`${of}: nothing of the inside`, !/node_modules|\.ts:\d|\.py"|traceback|stack/i.test(text), text);
}
