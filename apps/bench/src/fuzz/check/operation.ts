import { conversation } from '@duet/contract';
import type { Documented } from '../document.ts';
import type { Request } from '../generate/request.ts';
import { type Answer, headerOf } from '../wire/answer.ts';
import type { World } from '../world.ts';
import { type Complain, parsed } from './answer.ts';

/** Holds the answer to an operation against the server's document, and what was let in against who may come in. */
export function checkOperation(
  operation: Documented,
  request: Request,
  answer: Answer,
  world: World,
  complain: Complain,
): void {
  const { status } = answer;
  const documented = operation.responses.get(status);
  if (!documented) {
    complain('a status that is not in the document', `one of ${[...operation.responses.keys()].join(', ')}`);
    return;
  }
  if (headerOf(answer, 'cache-control') !== 'no-store')
    complain('an answer that may be stored', 'Cache-Control: no-store (3.1)');
  if (request.method === 'HEAD') return;
  const [type = ''] = (headerOf(answer, 'content-type') ?? '').split(';');
  const holds = documented.get(type);
  if (documented.size > 0 && !holds)
    complain('a type that is not in the document', [...documented.keys()].join());
  const value = documented.size === 0 ? undefined : parsed(answer.body, complain);
  if (documented.size === 0 && answer.body.length > 0)
    complain('a body that is not in the document', 'nothing');
  if (holds && !holds(value))
    complain('a body of another shape than in the document', JSON.stringify(holds.errors));
  if (status >= 300) return;
  checkInput(operation, request, complain);
  checkCaller(operation, request, world, complain);
  if (operation.id === 'openConversation') learn(value, world);
}

/** What the document does not allow must not be taken. */
function checkInput({ body, query, parameters }: Documented, request: Request, complain: Complain): void {
  if (body) {
    const value = parsed(request.body ?? Buffer.alloc(0), () =>
      complain('a body that is not JSON was taken', '400'),
    );
    if (!body.holds(value))
      complain('a body that the document forbids was taken', JSON.stringify(body.holds.errors));
  }
  const given = new URLSearchParams(request.target.split('?').slice(1).join('?').split('#', 1)[0]);
  for (const [name, holds] of query) {
    const values = given.getAll(name);
    const [value = ''] = values;
    if (parameters.some((each) => each.name === name && each.schema.type === 'array')) {
      const list = values.flatMap((each) => (holds([each]) ? each : each.split(',').filter(Boolean)));
      if (values.length > 0 && !holds(list)) complain('a list that the document forbids was taken', name);
      continue;
    }
    if (values.length > 1) complain('a parameter given twice was taken', `400: ${name}`);
    if (values.length === 1 && !holds(/^-?\d+$/.test(value) ? Number(value) : value) && !holds(value))
      complain('a parameter that the document forbids was taken', `${name}: ${JSON.stringify(holds.errors)}`);
  }
}

/** Nobody is let in without a token that holds, and into no conversation but their own. */
function checkCaller(
  { needsToken, isForService, path }: Documented,
  request: Request,
  world: World,
  complain: Complain,
): void {
  if (!needsToken) return;
  const header = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  const caller = world.tokens.get(/^Bearer +([^=]*)=?$/i.exec(header)?.[1] ?? '');
  if (isForService !== (caller === world.service.id))
    complain('a service, or somebody who is none, was let in', '403');
  if (caller === undefined) complain('somebody was let in without a token that holds', '401');
  if (!path.includes('{conversation_id}') || caller === undefined) return;
  const place = path.split('/').indexOf('{conversation_id}');
  const id = decodeURIComponent(request.target.split('/')[place] ?? '').toLowerCase();
  if (!world.participants.get(id)?.includes(caller)) complain('an outsider was let in', '403 or 404');
}

function learn(value: unknown, { participants }: World): void {
  const { data } = conversation.safeParse(value);
  if (data) participants.set(data.id, [data.user1.id, data.user2.id]);
}
