import type { Random } from '../random.ts';
import { mutate } from './json.ts';
import { encoded, type Request } from './request.ts';
import { oddText } from './text.ts';
import { type Draft, pickFrom, requestOf } from './valid.ts';

/** The same request with one thing changed. */
export function nearlyValid(draft: Draft, index: number, random: Random): Request {
  const { operation, fields, query } = draft;
  const schema = operation.body?.schema;
  if (fields && schema && random.chance(0.8))
    return near(requestOf({ ...draft, fields: mutate(fields, schema, random) }, index));
  const ofQuery = operation.parameters.filter((each) => each.in === 'query');
  if (ofQuery.length > 0 && random.chance(0.8)) {
    const { name, schema } = pickFrom(ofQuery, random);
    const others = query.filter(([each]) => each !== name);
    const edges = [schema.minimum ?? 0, schema.maximum ?? schema.maxLength ?? 0];
    const edge = pickFrom(edges, random) + random.pick([-1, 0, 1]);
    const value = random.pick([String(edge), 'x'.repeat(Math.max(0, Math.min(edge, 5000))), oddText(random)]);
    const changed: (readonly [string, string])[] = random.pick([
      [[name, value]],
      [[name, value]],
      [[name, value]],
      [[name, '']],
      [
        [name, '1'],
        [name, '1'],
      ],
      [[`${name}[]`, '1']],
      [[name.toUpperCase(), '1']],
      [[random.pick(['__proto__', 'constructor', 'toString', 'conversation_id', 'x'.repeat(3000)]), '1']],
      [[name, random.pick(['1e2', '0x1', '+1', ' 1', '1.0', '-0', '01', '1e400', 'null', 'true', '٣'])]],
    ]);
    return near(requestOf({ ...draft, query: [...others, ...changed] }, index));
  }
  return near(elsewhere(requestOf(draft, index), random));
}

/** One thing about the way, and not about what is sent on it. */
function elsewhere(request: Request, random: Random): Request {
  const { target, headers, body } = request;
  const [path = '', query] = target.split('?', 2);
  const rest = query === undefined ? '' : `?${query}`;
  return random.pick<() => Request>([
    () => ({ ...request, target: path.slice(0, -1) + rest }),
    () => ({ ...request, target: `${path}/${rest}` }),
    () => ({ ...request, target: path.toUpperCase() + rest }),
    () => ({ ...request, target: path.replace('/api', '/api/.') + rest }),
    () => ({ ...request, target: path.replace('a', '%61') + rest }),
    () => ({ ...request, target: `${path}${rest}#x` }),
    () => ({ ...request, target: `${path};v=1${rest}` }),
    () => ({ ...request, target: `${path}?${'a=1&'.repeat(random.below(800))}` }),
    () => ({ ...request, target: `${path}??${encoded(oddText(random)).slice(0, 6000)}` }),
    () => ({ ...request, method: random.pick(['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'GET', 'POST']) }),
    () => ({ ...request, headers: headers.filter(([name]) => name !== 'Authorization') }),
    () => ({ ...request, headers: headers.filter(([name]) => name !== 'Content-Type') }),
    () => ({ ...request, headers: [...headers, ['Content-Type', 'application/json; charset=utf-8']] }),
    () => ({ ...request, body: body ? undefined : Buffer.from('{}') }),
    () => ({ ...request, body: Buffer.concat([body ?? Buffer.from('{}'), Buffer.from('x')]) }),
    () => ({ ...request, body: body?.subarray(0, -1) }),
    () => ({ ...request, headers: headers.map(([name, value]) => [name.toLowerCase(), value]) }),
  ])();
}

function near({ statuses: _, ...request }: Request): Request {
  return { ...request, kind: 'near' };
}
