import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialect } from '../servers/server.ts';
import { speeches } from './dialects.ts';
import { startMetronome } from './metronome.ts';
import { Pair, type PairPlan } from './pair.ts';
import { Tally } from './tally.ts';

/** How the senders send: so many in flight each, or so many a second all together, whatever comes back. */
export type Pace =
  | { readonly kind: 'closed'; readonly inFlight: number; readonly senders: 'both' | 'one' }
  | { readonly kind: 'open'; readonly perSecond: number };

const CONNECTING_AT_ONCE = 64;
const BEATS_PER_SECOND = 1000;

/** The conversations of one process, and what they send. */
export class ChatLoad {
  readonly tally = new Tally();
  readonly #pairs: Pair[] = [];
  #sending = false;
  #metronome: { stop(): void } | undefined;

  async connect(dialect: Dialect, plans: readonly PairPlan[]): Promise<void> {
    const left = plans[Symbol.iterator]();
    const connectNext = async () => {
      for (const plan of left) {
        await new Promise<void>((resolve, reject) => {
          const ready = (error?: Error) => (error ? reject(error) : resolve());
          this.#pairs.push(new Pair(plan, speeches[dialect], this.tally, ready));
        });
      }
    };
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, connectNext));
  }

  start(pace: Pace): void {
    this.#sending = true;
    if (pace.kind === 'open') this.#startOpen(pace.perSecond);
    else this.#startClosed(pace.inFlight, pace.senders === 'one' ? [0] : [0, 1]);
  }

  #startClosed(inFlight: number, senders: readonly (0 | 1)[]): void {
    for (const pair of this.#pairs) {
      pair.completed = (side) => {
        if (this.#sending) pair.send(side === 0 ? 0 : 1, performance.now());
      };
      for (const side of senders) for (let i = 0; i < inFlight; i += 1) pair.send(side, performance.now());
      pair.flush();
    }
  }

  /** What is due is sent on every beat, and its latency counts from when it was due, however late the beat or the answer. */
  #startOpen(perSecond: number): void {
    let beats = 0;
    let sent = 0;
    for (const pair of this.#pairs) pair.completed = () => {};
    this.#metronome = startMetronome(1000 / BEATS_PER_SECOND, (due) => {
      beats += 1;
      const lag = performance.now() - due;
      for (; sent < (beats * perSecond) / BEATS_PER_SECOND; sent += 1) {
        this.tally.lag.record(lag * 1000);
        const sender = sent % (this.#pairs.length * 2);
        const pair = this.#pairs[sender >> 1];
        pair?.send(sender & 1 ? 1 : 0, due);
        pair?.flush();
      }
    });
  }

  /** Sends no more, and waits until everything has come, or nothing more comes for so long. @returns what never came */
  async drain(patienceMs: number): Promise<number> {
    this.#sending = false;
    this.#metronome?.stop();
    const { tally } = this;
    let progress = { at: performance.now(), acknowledged: tally.acknowledged };
    while (tally.acknowledged < tally.sent && performance.now() - progress.at < patienceMs) {
      await sleep(50);
      if (tally.acknowledged > progress.acknowledged)
        progress = { at: performance.now(), acknowledged: tally.acknowledged };
    }
    await sleep(100); // what comes twice may come late
    return this.#pairs.reduce((sum, pair) => sum + pair.missing, 0);
  }

  close(): void {
    for (const pair of this.#pairs) pair.close();
  }
}
