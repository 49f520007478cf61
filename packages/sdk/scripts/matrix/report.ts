import { Stop } from './run.ts';

/** One line for every combination. */
export class Report {
  readonly #signal: AbortSignal;
  passed = 0;
  failed = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * Tries a combination. @returns what came of it, or undefined if it failed
   * @throws Stop when nothing else can be tried
   */
  async line<T>(name: string, test: () => Promise<T>): Promise<T | undefined> {
    this.#signal.throwIfAborted();
    const began = performance.now();
    const line = (mark: string) => `${mark} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`;
    try {
      const result = await test();
      console.log(line('✓'));
      this.passed += 1;
      return result;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof Stop) throw error;
      console.log(`${line('✗')}\n${error instanceof Error ? error.message : error}`);
      this.failed += 1;
      return undefined;
    }
  }
}
