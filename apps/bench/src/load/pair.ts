import { randomUUID } from 'node:crypto';
import type { Speech } from './dialects.ts';
import { DIGITS, frameTemplate, NUMBER, readDigits, type Template } from './frames.ts';
import type { Tally } from './tally.ts';
import { Wire } from './wire.ts';

/** Before the number of a message in its text; nothing else that a server sends has it. */
const MARK = '@';
const MARK_BYTE = MARK.charCodeAt(0);
const SIDES = 'AB';
const SEQ = Buffer.from('"seq":');
/** How long texts are, in characters: all between a greeting and a short paragraph. */
const LENGTHS = [40, 55, 70, 85, 100];
const WORDS =
  'the quick brown fox jumps over the lazy dog while five wizards box and a jury quizzes them all day ';
const BY_SENDER = 1;
const BY_PEER = 2;
const BY_BOTH = BY_SENDER | BY_PEER;

export interface PairPlan {
  readonly conversationId: string;
  readonly users: readonly [Member, Member];
}
interface Member {
  readonly id: string;
  readonly token: string;
  readonly port: number;
  /** Where the socket comes from; undefined: wherever the system likes. */
  readonly address?: string | undefined;
}

/** What one side sends and hears. */
interface Side {
  readonly wire: Wire;
  readonly templates: Template[];
  sent: number;
  /** To be sent once the chunk under way is read to its end. */
  due: number;
  /** By number: who has the message, and since when it should be on its way, in milliseconds. */
  delivered: Uint8Array;
  since: Float64Array;
  /** The highest number heard of each side; a lower one after it is out of order. */
  readonly heard: [number, number];
  lastSeq: number;
}

/** A conversation with a socket on either side, both of which may send. */
export class Pair {
  readonly sides: readonly [Side, Side];
  readonly #speech: Speech;
  readonly #tally: Tally;
  /** Called with the side whose message both have. */
  completed: (side: number) => void = () => {};

  constructor(plan: PairPlan, speech: Speech, tally: Tally, ready: (error?: Error) => void) {
    this.#speech = speech;
    this.#tally = tally;
    let waiting = 2;
    const one = (error?: Error) => {
      waiting -= 1;
      if (error || waiting === 0) ready(error);
    };
    this.sides = [this.#open(plan, 0, one), this.#open(plan, 1, one)];
  }

  #open(plan: PairPlan, index: 0 | 1, ready: (error?: Error) => void): Side {
    const member = plan.users[index];
    const seat = { conversationId: plan.conversationId, userId: member.id, token: member.token };
    const speech = this.#speech;
    let isReady = false;
    const becomeReady = () => {
      isReady = true;
      ready();
    };
    const wire = new Wire(member, speech.path(seat), speech.headers(seat), {
      opened: () => {
        if (speech.readyAtOnce) becomeReady();
      },
      text: (data, start, end) => {
        const at = data.indexOf(MARK_BYTE, start);
        if (at >= 0 && at < end) return this.#hear(index, data, at, end);
        const frame = data.toString('utf8', start, end);
        const reply = speech.answers.find(({ to }) => frame.startsWith(to));
        if (reply) wire.write(reply.answer(seat));
        else if (!isReady && frame.startsWith(speech.ready)) becomeReady();
        else if (!speech.ignored.some((known) => frame.startsWith(known))) this.#tally.fault(frame);
      },
      read: () => this.flush(),
      lost: (why) => {
        if (!isReady) ready(new Error(`a socket could not be opened: ${why}`));
        this.#tally.fault(`a socket was lost: ${why}`);
      },
    });
    // Version 7 in shape; the number makes it grow.
    const uuid = randomUUID();
    const id = `${uuid.slice(0, 14)}7${uuid.slice(15, -DIGITS)}${NUMBER}`;
    const templates = LENGTHS.map((length) =>
      frameTemplate(speech.message(seat, `${MARK}${SIDES[index]}${NUMBER} ${WORDS}`.slice(0, length), id)),
    );
    return {
      wire,
      templates,
      sent: 0,
      due: 0,
      delivered: new Uint8Array(64),
      since: new Float64Array(64),
      heard: [-1, -1],
      lastSeq: 0,
    };
  }

  /** Sends with the next flush. `since`: when the message should be on its way, from when its latency counts. */
  send(index: 0 | 1, since: number): void {
    const side = this.sides[index];
    const number = side.sent + side.due;
    if (number >= side.since.length) grow(side);
    side.since[number] = since;
    side.due += 1;
  }

  /** Writes what is due, the frames of a side together. */
  flush(): void {
    for (const side of this.sides) if (side.due > 0) this.#write(side);
  }

  #write(side: Side): void {
    let length = 0;
    const template = (number: number) => side.templates[number % side.templates.length];
    for (let i = 0; i < side.due; i += 1) length += template(side.sent + i)?.length ?? 0;
    const frames = Buffer.allocUnsafe(length);
    let at = 0;
    for (; side.due > 0; side.due -= 1) {
      const one = template(side.sent);
      one?.write(frames, at, side.sent);
      at += one?.length ?? 0;
      side.sent += 1;
      this.#tally.sent += 1;
    }
    side.wire.write(frames);
  }

  /** A message has come to the side `index`; its text begins at `at`. */
  #hear(index: 0 | 1, data: Buffer, at: number, end: number): void {
    const tally = this.#tally;
    const from = data.readUInt8(at + 1) === SIDES.charCodeAt(0) ? 0 : 1;
    const number = readDigits(data, at + 2, at + 2 + DIGITS);
    const sender = this.sides[from];
    const hearer = this.sides[index];
    const flag = from === index ? BY_SENDER : BY_PEER;
    const before = sender.delivered[number] ?? 0;
    if (number >= sender.sent) {
      tally.fault(data.toString('utf8', at, end));
      return;
    }
    if (before & flag) {
      tally.doubled += 1;
      return;
    }
    sender.delivered[number] = before | flag;
    if (number < hearer.heard[from]) tally.disordered += 1;
    else hearer.heard[from] = number;
    if (this.#speech.seq !== 'none') {
      const seq = readDigits(data, data.indexOf(SEQ, at + DIGITS) + SEQ.length, end);
      if (hearer.lastSeq !== 0 && seq !== hearer.lastSeq + 1) {
        if (this.#speech.seq === 'inOrder') tally.holes += 1;
        else if (seq < hearer.lastSeq) tally.disordered += 1;
      }
      hearer.lastSeq = seq;
    }
    if ((before | flag) === BY_BOTH) {
      tally.complete(performance.now() - (sender.since[number] ?? 0));
      this.completed(from);
    }
  }

  /** Messages that somebody does not have. */
  get missing(): number {
    let missing = 0;
    for (const { delivered, sent } of this.sides)
      for (let i = 0; i < sent; i += 1) if (delivered[i] !== BY_BOTH) missing += 1;
    return missing;
  }

  close(): void {
    for (const { wire } of this.sides) wire.end();
  }
}

function grow(side: Side): void {
  const { delivered, since } = side;
  side.delivered = new Uint8Array(delivered.length * 2);
  side.delivered.set(delivered);
  side.since = new Float64Array(since.length * 2);
  side.since.set(since);
}
