import { createDuet, type Duet, DuetError, type ThreadHandle } from '../../src/index.ts';
import { countingSocket, type SocketCounts } from './counting-socket.ts';
import { FaultyTokens } from './faulty-tokens.ts';
import type { Random } from './random.ts';
import { until } from './until.ts';
import { Witness } from './witness.ts';

const TIMEOUT_MS = 2500;
/** How many lines of REST calls there are, each with one at a time: retries without end must not be what breaks the server. */
const LINES = 4;

/** Somebody's device, that goes on sending and reading whatever happens. */
export class Device {
  readonly duet: Duet;
  readonly thread: ThreadHandle;
  readonly tokens: FaultyTokens;
  readonly counts: SocketCounts;
  readonly witness: Witness;
  readonly name: string;
  /** The contents of everything that was sent. */
  readonly sent: string[] = [];
  readonly #random: Random;
  readonly #lines: Promise<void>[] = Array.from({ length: LINES }, () => Promise.resolve());
  readonly #stopLooking: () => void;
  /** Sends over REST that had to be made again. */
  repeated = 0;

  constructor(name: string, userId: string, url: string, conversationId: string, random: Random) {
    const { WebSocket, counts } = countingSocket();
    this.name = name;
    this.#random = random;
    this.counts = counts;
    this.tokens = new FaultyTokens(userId, random.fork());
    this.duet = createDuet({ url, getToken: this.tokens.get, timeoutMs: TIMEOUT_MS, WebSocket });
    this.thread = this.duet.live.conversation(conversationId);
    this.witness = new Witness(name, this.thread);
    this.#stopLooking = this.thread.subscribe(() => this.witness.look());
    this.duet.live.connect();
  }

  /** One message, one way or the other. */
  send(number: number): void {
    const content = `${this.name} ${number}`;
    this.sent.push(content);
    if (this.#random.chance(0.7)) this.witness.sent(this.thread.send(content));
    else this.#inLine(number % LINES, () => this.#sendByRest(content));
  }

  #inLine(line: number, send: () => Promise<void>): void {
    this.#lines[line] = (this.#lines[line] ?? Promise.resolve()).then(send);
  }

  /** As an application would that wants it done: again and again under the same id. */
  async #sendByRest(content: string): Promise<void> {
    const input = { conversation_id: this.thread.id, content, message_id: crypto.randomUUID() };
    for (;;) {
      try {
        await this.duet.messages.send(input);
        return;
      } catch (error) {
        if (!(error instanceof DuetError) || error.recovery === 'final') throw error;
        this.repeated += 1;
      }
    }
  }

  /** Resolves when everything is sent, and everything is here. */
  async settled(messages: number): Promise<void> {
    await until(
      this.thread,
      ({ isSynced, outgoing, conversation }) =>
        isSynced && outgoing.length === 0 && conversation?.last_seq === messages,
    );
    await Promise.all(this.#lines); // none that failed for good
  }

  /** What it went through. */
  get figures(): object {
    const { name, counts, repeated, tokens, witness } = this;
    return {
      name,
      ...counts,
      repeated,
      tokens: tokens.asked,
      tokensFailed: tokens.failed,
      looks: witness.looks,
    };
  }

  close(): void {
    this.duet.live.close();
    this.#stopLooking();
  }
}
