import { DuetError } from './error.ts';

/** What a request of an operation is made of. */
export interface OperationRow {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly auth: boolean;
  readonly idempotent: boolean;
}

/** The path with its query, and the body of any method but GET. @throws DuetError when no request can be made of the input */
export function requestOf({ method, path }: OperationRow, input: object): { path: string; body?: string } {
  const fields = new Map<string, unknown>(Object.entries(input));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = fields.get(name);
    fields.delete(name);
    return segment(String(value ?? ''));
  });
  if (method !== 'GET') return { path: filled, body: JSON.stringify(Object.fromEntries(fields)) };
  const query = [...fields].filter(([, value]) => value !== undefined);
  const pairs = query.flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}=${encode(String(one))}`),
  );
  return { path: pairs.length > 0 ? `${filled}?${pairs.join('&')}` : filled };
}

/** A URL would swallow an empty segment's neighbours, `.` and `..`, and so become another operation's. */
function segment(value: string): string {
  if (/^\.{0,2}$/.test(value)) throw new DuetError('not_found', `No such thing: "${value}"`);
  return encode(value);
}

function encode(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch (cause) {
    throw new DuetError('invalid_request', 'Text with a lone surrogate', { cause });
  }
}
