// A client's frames, made once and patched for every message: RFC 6455, 5.2.

/** A mask need not be random to cost the server what a random one does. */
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A masked text frame, or one with another opcode. */
export function clientFrame(payload: string, opcode = 0x1): Buffer {
  const body = Buffer.from(payload);
  const long = body.length > 125;
  if (body.length > 0xffff) throw new Error('a frame of the benchmark is short');
  const frame = Buffer.alloc((long ? 8 : 6) + body.length);
  frame.writeUInt8(0x80 | opcode, 0);
  frame.writeUInt8(0x80 | (long ? 126 : body.length), 1);
  if (long) frame.writeUInt16BE(body.length, 2);
  const start = headerLength(frame);
  MASK.copy(frame, start - 4);
  for (const [i, byte] of body.entries()) frame.writeUInt8(byte ^ MASK.readUInt8(i & 3), start + i);
  return frame;
}

function headerLength(frame: Buffer): number {
  return (frame.readUInt8(1) & 0x7f) === 126 ? 8 : 6;
}

/** How many digits a message's number has, wherever it stands. */
export const DIGITS = 9;
/** What a template has in place of the number. */
export const NUMBER = '#'.repeat(DIGITS);

/** A frame in which only a number changes from message to message. */
export interface Template {
  readonly length: number;
  /** Writes the frame with its number into `target`. */
  write(target: Buffer, at: number, number: number): void;
}

/** The frame of a payload that holds `NUMBER` once or more. */
export function frameTemplate(payload: string): Template {
  const frame = clientFrame(payload);
  const start = headerLength(frame);
  const places: number[] = [];
  const bytes = Buffer.from(payload);
  for (let at = bytes.indexOf(NUMBER); at >= 0; at = bytes.indexOf(NUMBER, at + DIGITS)) places.push(at);
  return {
    length: frame.length,
    write(target, at, number) {
      frame.copy(target, at);
      let left = number;
      for (let digit = DIGITS - 1; digit >= 0; digit -= 1) {
        const byte = 48 + (left % 10);
        left = Math.floor(left / 10);
        for (const place of places) {
          const offset = place + digit;
          target.writeUInt8(byte ^ MASK.readUInt8(offset & 3), at + start + offset);
        }
      }
    },
  };
}

/** The number that stands in a received payload, up to what is no digit or `end`. */
export function readDigits(data: Buffer, at: number, end: number): number {
  let number = 0;
  for (let i = at; i < end; i += 1) {
    const digit = data.readUInt8(i) - 48;
    if (digit < 0 || digit > 9) break;
    number = number * 10 + digit;
  }
  return number;
}
