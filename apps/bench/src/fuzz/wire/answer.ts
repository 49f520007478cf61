/** An HTTP answer, as it came. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export function headerOf({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}

/** What came is not HTTP. */
export class BrokenAnswer extends Error {}

/**
 * Takes the first answer from what has come; 100 and its like are passed over.
 * @param hasBody whether its request was one whose answers have a body
 * @param ended whether nothing more will come
 * @returns undefined when it is not all there. @throws BrokenAnswer
 */
export function takeAnswer(
  received: Buffer,
  hasBody: boolean,
  ended: boolean,
): { answer: Answer; rest: Buffer } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(first)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) throw new BrokenAnswer(`a status line: ${JSON.stringify(first.slice(0, 200))}`);
  const headers = lines.map(takeHeader);
  const after = received.subarray(end + 4);
  if (status < 200 && status !== 101) return takeAnswer(after, hasBody, ended);
  const taken =
    hasBody && status !== 204 && status !== 304 && status !== 101
      ? takeBody(headers, after, ended)
      : { body: after.subarray(0, 0), rest: after };
  return taken && { answer: { status, headers, body: taken.body }, rest: taken.rest };
}

function takeHeader(line: string): [string, string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
  if (name === undefined || value === undefined || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw new BrokenAnswer(`a header: ${JSON.stringify(line.slice(0, 200))}`);
  return [name.toLowerCase(), value];
}

function takeBody(headers: readonly [string, string][], after: Buffer, ended: boolean) {
  const length = headerOf({ headers }, 'content-length');
  if (length !== undefined) {
    const size = Number(length);
    return after.length < size ? undefined : { body: after.subarray(0, size), rest: after.subarray(size) };
  }
  if (headerOf({ headers }, 'transfer-encoding') === 'chunked') return takeChunks(after);
  return ended ? { body: after, rest: after.subarray(after.length) } : undefined;
}

function takeChunks(after: Buffer) {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = after.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(after.toString('latin1', at, line), 16);
    if (Number.isNaN(size)) throw new BrokenAnswer('a chunk without its size');
    const end = line + 2 + size + 2;
    if (after.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), rest: after.subarray(end) };
    chunks.push(after.subarray(line + 2, end - 2));
    at = end;
  }
}
