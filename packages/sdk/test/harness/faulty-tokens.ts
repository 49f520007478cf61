import { setTimeout as sleep } from 'node:timers/promises';
import type { GetToken } from '../../src/index.ts';
import { trueTime } from './clock.ts';
import { mint } from './people.ts';
import type { Random } from './random.ts';

/** Tokens that do not live long, from somewhere that is sometimes slow, sometimes out of order and sometimes behind. */
export class FaultyTokens {
  readonly #userId: string;
  readonly #random: Random;
  #isHealed = false;
  asked = 0;
  failed = 0;

  constructor(userId: string, random: Random) {
    this.#userId = userId;
    this.#random = random;
  }

  readonly get: GetToken = async () => {
    this.asked += 1;
    if (this.#isHealed) return mint(this.#userId, 60, trueTime());
    const random = this.#random;
    if (random.chance(0.2)) await sleep(random.between(200, 2000));
    if (random.chance(0.15)) {
      this.failed += 1;
      throw new Error('no token today');
    }
    return mint(this.#userId, random.chance(0.1) ? -5 : random.between(2, 6), trueTime());
  };

  heal(): void {
    this.#isHealed = true;
  }
}
