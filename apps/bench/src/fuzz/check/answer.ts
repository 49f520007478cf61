import { problem } from '@duet/contract';
import { type Answer, headerOf } from '../wire/answer.ts';

/** Says what is wrong: which promise is broken, what was expected, and what came, where that is not known anyway. */
export type Complain = (oracle: string, expected: string, came?: string) => void;

/** What a status obliges an answer to carry (PROTOCOL 5). */
const HEADER_OF_STATUS = new Map([
  [401, 'www-authenticate'],
  [405, 'allow'],
  [426, 'upgrade'],
]);

/**
 * What holds for every answer, whatever was asked (PROTOCOL 1.5).
 * @param hasBody whether the request is one whose answers have one
 * @param isCall whether it is one of tRPC, whose failures have a shape of their own, see `check/trpc.ts`
 */
export function checkAnswer(answer: Answer, hasBody: boolean, isCall: boolean, complain: Complain): void {
  const { status, body } = answer;
  if (status === 101) return;
  if (status >= 500) complain('a fault of the server', 'any status below 500');
  const requestId = headerOf(answer, 'x-request-id');
  if (!requestId) complain('no X-Request-Id', 'X-Request-Id in every answer (1.5)');
  const type = headerOf(answer, 'content-type') ?? '';
  const needed = HEADER_OF_STATUS.get(status);
  if (needed !== undefined && headerOf(answer, needed) === undefined)
    complain(`${status} without ${needed}`, `${needed} (5)`);
  if (status < 400 || !hasBody) return;
  if (isCall && type.startsWith('application/json')) return;
  if (type !== 'application/problem+json; charset=utf-8') {
    complain('an error that is no problem', 'application/problem+json; charset=utf-8 (1.5)');
    return;
  }
  const { data, error } = problem.safeParse(parsed(body, complain));
  if (!data) complain('a problem of another shape', `problem details (1.5): ${error?.message}`);
  else if (data.request_id !== requestId) complain('a problem of another request', `request_id ${requestId}`);
  else if (data.status !== status) complain('a problem of another status', `status ${status}`);
  else if (data.code === 'internal') complain('a fault of the server', 'any code but internal');
}

export function parsed(body: Buffer, complain: Complain): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    complain('a body that is not JSON', 'JSON in UTF-8');
    return undefined;
  }
}
