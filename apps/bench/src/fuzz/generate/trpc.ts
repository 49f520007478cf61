import { allOperations } from '@duet/contract';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';
import { mutate, notAnObject, render } from './json.ts';
import { encoded, type Request } from './request.ts';
import { oddText } from './text.ts';
import { type Draft, draftOf } from './valid.ts';

/** The procedure of every operation, by the name that the document has for it. */
const PROCEDURES = new Map(allOperations.map(({ name, operation }) => [operation.id, name]));

/** Calls of `/trpc`: one, or a batch, in order, nearly so, or not at all. */
export function trpcCall(drafts: readonly Draft[], random: Random, index: number): Request {
  const kind = random.pick(['valid', 'near', 'hostile'] as const);
  const [first] = drafts;
  if (!first) throw new Error('a call without a call');
  const { caller } = first;
  const isQuery = first.operation.method === 'GET';
  const isBatch = drafts.length > 1 || random.chance(0.2);
  const inputs = drafts.map((draft) => inputOf(draft, kind, random));
  const names = drafts.map(({ operation }) => PROCEDURES.get(operation.id) ?? operation.id);
  const json = isBatch ? `{${inputs.map((input, i) => `"${i}":${input}`).join(',')}}` : inputs.join();
  const input = kind === 'hostile' ? hostileInput(json, random) : json;
  const path = `/trpc/${kind === 'hostile' ? hostilePath(names, random) : names.join(',')}`;
  const query = [...(isBatch ? ['batch=1'] : []), ...(isQuery ? [`input=${encoded(input)}`] : [])];
  return {
    kind,
    where: isBatch ? '/trpc, a batch' : '/trpc',
    method:
      kind === 'hostile' && random.chance(0.1)
        ? random.pick(['PUT', 'HEAD', 'GET', 'POST'])
        : isQuery
          ? 'GET'
          : 'POST',
    target: `${path}?${query.join('&')}`.slice(0, 12_000),
    headers: [
      ['X-Request-Id', `fuzz-${index}`],
      ['Authorization', `Bearer ${caller.token}`],
      ...(isQuery ? [] : ([['Content-Type', 'application/json']] as const)),
      ...(kind === 'hostile' && random.chance(0.2)
        ? ([['trpc-accept', random.pick(['application/jsonl', 'x'])]] as const)
        : []),
    ],
    body: isQuery ? undefined : Buffer.from(input),
    ...(kind === 'valid' && !isBatch && { statuses: [200, 401] }),
  };
}

/** Some of a kind: queries go with queries. */
export function draftsFor(
  operations: Parameters<typeof draftOf>[0],
  world: World,
  random: Random,
  index: number,
): Draft[] {
  const isQuery = random.chance(0.5);
  // One token goes for all of them.
  const ofMethod = operations.filter((each) => !each.isForService && (each.method === 'GET') === isQuery);
  const length = random.chance(0.5) ? 1 : 1 + random.below(random.chance(0.05) ? 25 : 6);
  return Array.from({ length }, () => draftOf(ofMethod, world, random, index));
}

function inputOf({ operation, path, query, fields }: Draft, kind: Request['kind'], random: Random): string {
  const inPath = Object.entries(path).map(([name, value]): [string, string] => [name, JSON.stringify(value)]);
  const schemas = Object.fromEntries(operation.parameters.map(({ name, schema }) => [name, schema]));
  const literal = (name: string, value: string) => {
    if (schemas[name]?.type === 'array') return JSON.stringify(value.split(','));
    return schemas[name]?.type === 'integer' ? value : JSON.stringify(value);
  };
  const inQuery = query.map(([name, value]): [string, string] => [name, literal(name, value)]);
  const all = [...inPath, ...inQuery, ...(fields ?? [])];
  if (kind !== 'near') return render(all);
  return render(
    mutate(all, { type: 'object', properties: { ...schemas, ...operation.body?.schema.properties } }, random),
  );
}

function hostileInput(json: string, random: Random): string {
  return random.pick([
    json,
    notAnObject(random),
    `[${json}]`,
    `{"0":${json},"__proto__":{"json":1}}`,
    `{"json":${json}}`,
    JSON.stringify(oddText(random)),
    `{"25":${json}}`,
  ]);
}

function hostilePath(names: readonly string[], random: Random): string {
  const name = names.join(',');
  return random.pick([
    name,
    `${name},`,
    ',',
    '%2c',
    name.replace('.', '%2e'),
    `${name},nothing.here`,
    'constructor',
    '__proto__.x',
    'conversations',
    'conversations.list.x',
    'auth.toString',
    `${encoded(oddText(random)).slice(0, 1500) || 'x'}`,
    Array(30).fill('users.me').join(','),
    'users.me,'.repeat(300),
  ]);
}
