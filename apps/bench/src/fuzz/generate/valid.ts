import type { Documented } from '../document.ts';
import type { Random } from '../random.ts';
import type { Person, World } from '../world.ts';
import { type Fields, fieldsOf, fieldValue, type Known, render } from './json.ts';
import { encoded, type Request } from './request.ts';

/** A request before it is one: its parts can still be changed. */
export interface Draft {
  readonly operation: Documented;
  readonly caller: Person;
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly fields: Fields | undefined;
}

/** Hashing a password costs the server a hundred times what anything else does. */
const SELDOM = new Set(['register', 'signIn']);

/** A request that the document allows and the server must take. */
export function draftOf(
  operations: readonly Documented[],
  world: World,
  random: Random,
  index: number,
): Draft {
  const often = operations.filter(({ id }) => !SELDOM.has(id));
  const operation = pickFrom(random.chance(0.008) ? operations : often, random);
  const pair = random.pick(world.callers);
  const caller = operation.isForService ? world.service : random.pick([pair.a, pair.b]);
  const known = knownTo(world, operation, caller, pair.conversationId, index);
  const valuesIn = (place: 'path' | 'query') =>
    operation.parameters
      .filter((each) => each.in === place && (each.required || random.chance(0.5)))
      .filter(({ name }) => name !== 'cursor' || world.listCursors.has(caller.token))
      .map(({ name, schema }): [string, string] => [name, String(fieldValue(name, schema, random, known))]);
  return {
    operation,
    caller,
    path: Object.fromEntries(valuesIn('path')),
    query: withoutClash(valuesIn('query')),
    fields: operation.body && fieldsOf(operation.body.schema, random, known),
  };
}

/** Parameters that must not stand beside others. */
const CLASHES = new Map([
  ['search', ['ids']],
  ['offset', ['page', 'page_size']],
]);

function withoutClash(query: [string, string][]): [string, string][] {
  const names = new Set(query.map(([name]) => name));
  return query.filter(([name]) => !CLASHES.get(name)?.some((other) => names.has(other)));
}

/** What the schemas leave open, and only this server's people know. */
function knownTo(
  world: World,
  { id }: Documented,
  caller: Person,
  conversationId: string,
  index: number,
): Known {
  return (field, random) => {
    switch (field) {
      case 'conversation_id':
        return random.chance(0.9) ? conversationId : conversationId.toUpperCase();
      case 'target_user_id':
        return random.pick(world.strangers).id;
      case 'cursor':
        return world.listCursors.get(caller.token);
      case 'search':
        return random.pick(['', 'caller', 'STRANGER', 'nobody']);
      case 'user_id':
        return id === 'putUser' ? `fuzz-user-${index}` : random.pick(world.strangers).id;
      case 'ids':
        return [random.pick(world.strangers).id, `nobody-${index}`];
      case 'display_name':
        return random.pick([null, `Fuzz ${index}`]);
      case 'users':
        return Array.from({ length: 1 + random.below(3) }, () => {
          const uuid = random.uuid();
          return { id: `fuzz-user-${uuid}`, username: uuid, display_name: 'Fuzz' };
        });
      case 'username':
        return id === 'register' || id === 'putUser'
          ? `${world.account.username}-${index}`
          : world.account.username;
      case 'password':
        return world.account.password;
      case 'refresh':
        return random.pick(world.refreshTokens);
      default:
        return undefined;
    }
  };
}

/** Using one up, or the second use of another, ends a session: only so much is known of what comes. */
const ALSO: Record<string, readonly number[]> = { refreshSession: [401] };

export function requestOf({ operation, caller, path, query, fields }: Draft, index: number): Request {
  const { id, method, needsToken, responses } = operation;
  const target = operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encoded(path[name] ?? ''));
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  return {
    kind: 'valid',
    where: id,
    method,
    target: search ? `${target}?${search}` : target,
    headers: [
      ['X-Request-Id', `fuzz-${index}`],
      ...(needsToken ? ([['Authorization', `Bearer ${caller.token}`]] as const) : []),
      ...(fields ? ([['Content-Type', 'application/json']] as const) : []),
    ],
    body: fields && Buffer.from(render(fields)),
    statuses: [...[...responses.keys()].filter((status) => status < 300), ...(ALSO[id] ?? [])],
  };
}

export function pickFrom<T>(items: readonly T[], random: Random): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
}
