/** A request of one's own making; what is text here goes over the wire in Latin-1. */
export interface Request {
  readonly kind: 'valid' | 'near' | 'hostile';
  /** What it is about, by which findings are told apart. */
  readonly where: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | undefined;
  /** What must come, where that is known. */
  readonly statuses?: readonly number[];
}

/** Bytes that may be a request, several, or none. */
export interface Bytes {
  readonly kind: 'hostile';
  readonly where: string;
  readonly parts: readonly Buffer[];
  /** Answers to the first have no body. */
  readonly bareFirst: boolean;
  /** What the first answer must be; undefined: whatever is not a fault of the server, or nothing at all. */
  readonly statuses?: readonly number[];
}

/** Percent-encodes everything but letters and digits, lone surrogates too. */
export function encoded(text: string): string {
  const bytes = Buffer.concat(
    [...text].map((c) => (/[\ud800-\udfff]/.test(c) && c.length === 1 ? surrogate(c) : Buffer.from(c))),
  );
  return bytes
    .toString('latin1')
    .replaceAll(/[^A-Za-z0-9_.-]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** As CESU-8 and careless encoders have it. */
function surrogate(c: string): Buffer {
  const code = c.charCodeAt(0);
  return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
}

export function toBytes({ method, target, headers, body }: Request): Buffer {
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(named.has('host') ? [] : ['Host: 127.0.0.1']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body && !named.has('content-length') ? [`Content-Length: ${body.length}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}
