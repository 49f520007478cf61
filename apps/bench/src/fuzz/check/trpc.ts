import { allOperations, problem } from '@duet/contract';
import { z } from 'zod';
import type { ApiDocument } from '../document.ts';
import type { Request } from '../generate/request.ts';
import { type Answer, headerOf } from '../wire/answer.ts';
import { type Complain, parsed } from './answer.ts';

const done = z.strictObject({ result: z.strictObject({ data: z.unknown().optional() }) });
const failed = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    code: z.int(),
    data: z.strictObject({
      code: z.string(),
      httpStatus: z.int(),
      path: z.string().optional(),
      problem,
    }),
  }),
});

/** Holds the answer to a call of `/trpc`, or to each of a batch, against the operations that they are of (PROTOCOL 3.10). */
export function checkTrpc(document: ApiDocument, request: Request, answer: Answer, complain: Complain): void {
  const type = headerOf(answer, 'content-type') ?? '';
  if (!type.startsWith('application/json') || request.method === 'HEAD') return;
  // A stream of answers; nobody is told of it, and it holds the same as the others.
  if (request.headers.some(([name, value]) => name === 'trpc-accept' && value === 'application/jsonl'))
    return;
  const value = parsed(answer.body, complain);
  const names = request.target.replace(/^\/trpc\/|\?.*$/gs, '').split(',');
  for (const [i, each] of [value].flat().entries()) {
    const { data: refusal } = failed.safeParse(each);
    const { data: success } = done.safeParse(each);
    if (refusal) checkRefusal(refusal, headerOf(answer, 'x-request-id'), complain);
    else if (success) checkResult(document, names[i], success.result.data, complain);
    else complain('a call’s answer of another shape', 'a result, or an error with its problem (3.10)');
  }
}

function checkRefusal(
  { error }: z.infer<typeof failed>,
  requestId: string | undefined,
  complain: Complain,
): void {
  const { problem, httpStatus } = error.data;
  if (problem.request_id !== requestId) complain('a problem of another request', `request_id ${requestId}`);
  if (problem.status >= 500) complain('a fault of the server', 'any status below 500');
  if (problem.status !== httpStatus) complain('a problem of another status', `${httpStatus}`);
}

function checkResult(
  document: ApiDocument,
  name: string | undefined,
  data: unknown,
  complain: Complain,
): void {
  const id = allOperations.find((each) => each.name === name)?.operation.id;
  const responses = document.operations.find((each) => each.id === id)?.responses ?? new Map();
  const holds = responses.get(200)?.get('application/json') ?? responses.get(201)?.get('application/json');
  if (holds && !holds(data))
    complain('a call’s result of another shape than in the document', JSON.stringify(holds.errors));
}
