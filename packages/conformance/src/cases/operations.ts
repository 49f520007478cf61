import { randomUUID } from 'node:crypto';
import { allOperations, type NamedOperation, operations } from '@duet/contract';
import type { Sentence } from '../case.ts';
import { equal, holds } from '../check.ts';
import { at, type Context } from '../context.ts';
import { refused } from '../problem.ts';

const paths = [...new Set(allOperations.map(({ operation }) => operation.path))];
const ofConversations = allOperations.filter(({ operation }) => operation.path.includes('{conversation_id}'));

/** What holds for each path: sentences of PROTOCOL 3.1. */
export const everyPath: readonly Sentence[] = [
  ...paths.map((path) => [`${path} is exact: without the slash 308, query kept`, slash(path)] as const),
  ...paths.map(
    (path) => [`${path} with another method is 405 with Allow, OPTIONS 204`, methods(path)] as const,
  ),
];

/** What holds for each operation of a conversation: sentences of PROTOCOL 3.1. */
export const everyOperation: readonly Sentence[] = ofConversations.flatMap(
  ({ operation }) =>
    [
      [`${operation.id} of a conversation that is not yours is not_participant`, outsider(operation)],
      [`${operation.id} of an id that is malformed or unknown is not_found`, noConversation(operation)],
    ] as const,
);

/** Paths of local accounts are only there when these are on. */
async function concrete(t: Context, path: string): Promise<string> {
  if (path.startsWith('/api/auth/')) await t.needAccounts();
  if (!path.includes('{')) return path;
  const { id, ada } = await t.chat();
  return at(path, path.includes('{user_id}') ? ada.id : id);
}

function slash(path: string) {
  return async (t: Context) => {
    const exact = await concrete(t, path);
    const answer = await t.request('GET', `${exact.slice(0, -1)}?limit=1&a=%2F?b`);
    equal('status', answer.status, 308);
    const location = answer.headers.get('location') ?? '';
    const { pathname, search } = new URL(location, 'http://server.example');
    equal('Location', pathname + search, `${exact}?limit=1&a=%2F?b`);
  };
}

function methods(path: string) {
  // `/users/me/` is a path of its own, and one of a user, too.
  const isAt = (template: string) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const own = [
    ...new Set(allOperations.flatMap(({ operation }) => (isAt(operation.path) ? operation.method : []))),
  ];
  const there: string[] = [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  const allowOf = (headers: Headers) => (headers.get('allow') ?? '').split(/, */).sort();
  return async (t: Context) => {
    const exact = await concrete(t, path);
    const { token } = (await t.people.others(1, []))[0] ?? { token: '' };
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      if (there.includes(method)) continue;
      const answer = await t.request(method, exact, { token });
      if (method === 'HEAD') equal(`HEAD ${path}`, answer.status, 405);
      else refused(answer, 'method_not_allowed');
      equal(`${method} ${path}: Allow`, allowOf(answer.headers), [...there].sort());
    }
    const options = await t.request('OPTIONS', exact);
    equal(`OPTIONS ${path}: status`, options.status, 204);
    equal(`OPTIONS ${path}: Allow`, allowOf(options.headers), [...there].sort());
  };
}

/** What a request for each operation of a conversation has in it. */
const BODIES = new Map<string, object>([
  [operations.messages.send.id, { content: 'from outside' }],
  [operations.conversations.markRead.id, { seq: 2_147_483_647 }],
]);

function outsider({ id: operationId, method, path }: NamedOperation['operation']) {
  return async (t: Context) => {
    const { ada, ben, eve, id } = await t.chat();
    await t.send(ada, id, 'not for everybody'); // from now on the server knows who takes part
    const before = await t.conversation(ben, id);
    for (let tries = 0; tries < 2; tries += 1) {
      const json = BODIES.get(operationId);
      const answer = await t.request(method, at(path, id), { token: eve.token, ...(json && { json }) });
      refused(answer, 'not_participant');
      holds('nothing of the conversation is told', !answer.text.includes('not for everybody'), answer.text);
    }
    equal('the conversation afterwards', await t.conversation(ben, id), before);
  };
}

function noConversation({ id: operationId, method, path }: NamedOperation['operation']) {
  return async (t: Context) => {
    const { ada } = await t.chat();
    const json = BODIES.get(operationId);
    for (const id of [randomUUID(), '1', 'null', 'x'.repeat(90), '%00', '%F0%9F%92%A9', '%zz'])
      refused(
        await t.request(method, at(path, id), { token: ada.token, ...(json && { json }) }),
        'not_found',
      );
  };
}
