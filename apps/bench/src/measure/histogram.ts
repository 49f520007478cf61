// Latencies from 1 µs to about 1,000 s in buckets that are 1.1 % wide: small enough to send between processes, and to add up.

const BUCKETS_PER_OCTAVE = 64;
const OCTAVES = 30;

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS_PER_OCTAVE * OCTAVES);
  #total = 0;

  get count(): number {
    return this.#total;
  }

  record(microseconds: number): void {
    const bucket = Math.log2(Math.max(1, microseconds)) * BUCKETS_PER_OCTAVE;
    const index = Math.min(this.#counts.length - 1, Math.floor(bucket));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
  }

  /** @param quantile from 0 to 1. @returns microseconds, NaN when nothing was recorded */
  quantile(quantile: number): number {
    let left = quantile * this.#total;
    if (this.#total === 0) return Number.NaN;
    for (const [index, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return 2 ** ((index + 0.5) / BUCKETS_PER_OCTAVE);
    }
    return Number.NaN;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  /** The buckets that hold something, as pairs. */
  toPairs(): [number, number][] {
    return [...this.#counts.entries()].filter(([, count]) => count > 0);
  }

  addPairs(pairs: readonly (readonly [number, number])[]): void {
    for (const [index, count] of pairs) {
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
      this.#total += count;
    }
  }
}
