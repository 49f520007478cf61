/** A frame as a client may send it, or may not (RFC 6455, 5.2). */
interface FrameParts {
  readonly payload?: Buffer | string;
  readonly opcode?: number;
  readonly fin?: boolean;
  /** The three reserved bits. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the header says, whatever there is. */
  readonly length?: bigint;
}

const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78]);
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export function frame({
  payload = '',
  opcode = opcodes.text,
  fin = true,
  reserved = 0,
  masked = true,
  length,
}: FrameParts): Buffer {
  const data = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const bit = masked ? 0x80 : 0;
  const size = length ?? BigInt(data.length);
  let header: Buffer;
  if (size < 126n) header = Buffer.from([first, bit | Number(size)]);
  else if (size < 65_536n) header = Buffer.from([first, bit | 126, Number(size >> 8n), Number(size & 255n)]);
  else {
    header = Buffer.from([first, bit | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeBigUInt64BE(size, 2);
  }
  return masked
    ? Buffer.concat([header, MASK, data.map((byte, i) => byte ^ (MASK[i % 4] ?? 0))])
    : Buffer.concat([header, data]);
}

/** A close frame. */
export function closing(code: number, reason: Buffer | string = ''): Buffer {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
  return frame({ opcode: opcodes.close, payload });
}

export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes the first frame of a server; theirs are whole, and never masked. @returns undefined when it is not all there */
export function takeFrame(received: Buffer): { frame: ServerFrame; rest: Buffer } | undefined {
  if (received.length < 2) return undefined;
  const [first = 0, second = 0] = received;
  if ((first & 0xf0) !== 0x80 || second > 127)
    throw new Error(`a frame that begins with ${received.toString('hex', 0, 2)}`);
  const start = second === 127 ? 10 : second === 126 ? 4 : 2;
  if (received.length < start) return undefined;
  const size =
    second === 127 ? Number(received.readBigUInt64BE(2)) : second === 126 ? received.readUInt16BE(2) : second;
  const end = start + size;
  if (received.length < end) return undefined;
  return {
    frame: { opcode: first & 15, payload: received.subarray(start, end) },
    rest: received.subarray(end),
  };
}
