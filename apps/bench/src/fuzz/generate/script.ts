import type { Random } from '../random.ts';
import { closing, frame, opcodes } from '../wire/frame.ts';
import type { Pair } from '../world.ts';

/** Bytes for an open socket, and what becomes of it: `open`, or the codes that it may be closed with, `ended` for none at all. */
export interface Script {
  readonly where: string;
  readonly parts: readonly Buffer[];
  readonly then: 'open' | 'any' | readonly (number | 'ended')[];
  /** How many frames, or what was meant as such. */
  readonly frames: number;
  /** What is done when all is sent. */
  readonly finally?: 'half-close' | 'cut';
}

const { continuation, binary, close, ping, pong } = opcodes;
const LIMIT = 65_536;
/** RFC 6455, 7.4.1. */
const PROTOCOL_ERROR = [1002];
const NOT_UTF8 = [1007];
const TOO_BIG = [1009];

/** What ws does not send. */
export function hostileScript(random: Random, { conversationId }: Pair): Script {
  const hello = JSON.stringify({
    type: 'chat_message',
    conversation_id: conversationId,
    message: 'raw',
    message_id: random.uuid(),
  });
  const script = (where: string, then: Script['then'], ...parts: (Buffer | Buffer[])[]): Script => {
    const all = parts.flat();
    return { where: `bytes: ${where}`, then, parts: all, frames: all.length };
  };
  const middle = Math.floor(hello.length / 2);
  const begin = (payload: Buffer | string = hello.slice(0, middle)) => frame({ fin: false, payload });
  const rest = (payload: Buffer | string = hello.slice(middle)) => frame({ opcode: continuation, payload });
  const broken = Buffer.from([0x7b, 0xff, 0xc0, 0x80, 0x7d]);
  const reservedOpcode = random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
  return random.pick<() => Script>([
    () => script('an empty text', 'open', frame({})),
    () => script('an empty binary', 'open', frame({ opcode: binary })),
    () => script('a binary', 'open', frame({ opcode: binary, payload: random.bytes(random.below(500)) })),
    () => script('the biggest text', 'open', frame({ payload: `"${'x'.repeat(LIMIT - 2)}"` })),
    () => script('almost the biggest text', 'open', frame({ payload: 'x'.repeat(LIMIT - 1) })),
    () => script('a text that is too big', TOO_BIG, frame({ payload: 'x'.repeat(LIMIT + 1) })),
    () => script('too big in two parts', TOO_BIG, begin('x'.repeat(LIMIT)), rest('x')),
    () =>
      script(
        'a length that is too big',
        TOO_BIG,
        frame({ length: random.pick([BigInt(LIMIT) + 1n, 2n ** 32n, 2n ** 53n - 1n]), payload: 'x' }),
      ),
    () =>
      script(
        'a length beyond all',
        [1009, 1002],
        frame({ length: random.pick([2n ** 53n, 2n ** 63n - 1n, 2n ** 64n - 1n]), payload: 'x' }),
      ),
    () => script('not UTF-8', NOT_UTF8, frame({ payload: broken })),
    () => script('a surrogate', NOT_UTF8, frame({ payload: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) })),
    () => script('not UTF-8, in two parts', NOT_UTF8, begin(broken.subarray(0, 2)), rest(broken.subarray(2))),
    () =>
      script(
        'half a character a part',
        'open',
        begin(Buffer.from([0x22, 0xf0, 0x9f])),
        rest(Buffer.from([0x98, 0x80, 0x22])),
      ),
    () => script('two parts', 'open', begin(), rest()),
    () =>
      script(
        'two parts, a ping between',
        'open',
        begin(),
        frame({ opcode: ping }),
        frame({ opcode: pong, payload: 'x' }),
        rest(),
      ),
    () => script('two parts, a close between', [1000], begin(), closing(1000), rest()),
    () => script('empty parts', 'open', begin(''), frame({ opcode: continuation, fin: false }), rest('{}')),
    () =>
      script(
        'a part for every byte',
        'any',
        begin(''),
        [...Buffer.from(hello)].map((byte) =>
          frame({ opcode: continuation, fin: false, payload: Buffer.from([byte]) }),
        ),
        rest(''),
      ),
    () =>
      script(
        'parts without end',
        'any',
        begin(''),
        Array.from({ length: 300 }, () => frame({ opcode: continuation, fin: false, payload: 'x' })),
      ),
    () => script('a second part without a first', PROTOCOL_ERROR, rest()),
    () => script('a text within a text', PROTOCOL_ERROR, begin(), frame({ payload: hello })),
    () => script('a reserved opcode', PROTOCOL_ERROR, frame({ opcode: reservedOpcode, payload: 'x' })),
    () => script('a reserved bit', PROTOCOL_ERROR, frame({ reserved: 1 + random.below(7), payload: hello })),
    () => script('a reserved bit of a ping', PROTOCOL_ERROR, frame({ opcode: ping, reserved: 4 })),
    () => script('no mask', PROTOCOL_ERROR, frame({ masked: false, payload: hello })),
    () => script('no mask, nothing in it', PROTOCOL_ERROR, frame({ masked: false })),
    () => script('a ping of 125', 'open', frame({ opcode: ping, payload: 'x'.repeat(125) })),
    () => script('a ping of 126', PROTOCOL_ERROR, frame({ opcode: ping, payload: 'x'.repeat(126) })),
    () => script('half a ping', PROTOCOL_ERROR, frame({ opcode: ping, fin: false })),
    () => script('half a close', PROTOCOL_ERROR, frame({ opcode: close, fin: false })),
    () =>
      script(
        'pongs that nobody asked for',
        'open',
        Array.from({ length: 20 }, () => frame({ opcode: pong, payload: random.bytes(10) })),
      ),
    // ws ends a peer that pings faster than it takes the pongs.
    () =>
      script(
        'many pings',
        'any',
        Array.from({ length: 200 }, (_, i) => frame({ opcode: ping, payload: `${i}` })),
      ),
    () => script('a close without a code', [1005], frame({ opcode: close })),
    () => script('a close of one byte', PROTOCOL_ERROR, frame({ opcode: close, payload: 'x' })),
    () =>
      script(
        'a close with a code that is none',
        PROTOCOL_ERROR,
        closing(random.pick([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])),
      ),
    () => {
      const code = random.pick([1000, 1001, 1003, 1007, 1011, 3000, 4000, 4401, 4999]);
      return script('a close', [code], closing(code, 'bye'));
    },
    () => script('a close for a reason that is not UTF-8', NOT_UTF8, closing(1000, broken)),
    () => script('a close that is too long', PROTOCOL_ERROR, closing(1000, 'x'.repeat(124))),
    () =>
      script(
        'messages after a close',
        [1000],
        closing(1000),
        frame({ payload: hello }),
        frame({ payload: '{}' }),
      ),
    () => script('a message, and gone', ['ended', 1000, 1006], frame({ payload: hello }), closing(1000)),
    () => script('HTTP', 'any', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')),
    () => script('random bytes', 'any', random.bytes(2 + random.below(300))),
    () => script('what looks deflated', PROTOCOL_ERROR, frame({ reserved: 4, payload: random.bytes(40) })),
    () =>
      script('many at once', 'open', [
        Buffer.concat(Array.from({ length: 60 }, () => frame({ payload: '{"message":" "}' }))),
      ]),
    () => ({
      ...script('half a frame, and no more', ['ended', 1006], frame({ payload: hello }).subarray(0, 20)),
      finally: 'half-close',
    }),
    () => ({
      ...script('half a header, and gone', ['ended'], frame({ payload: 'x'.repeat(300) }).subarray(0, 3)),
      finally: 'cut',
    }),
    () => ({ ...script('a message, and cut', ['ended'], frame({ payload: hello })), finally: 'cut' }),
  ])();
}
