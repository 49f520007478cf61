import { createHash } from 'node:crypto';

/** A stream of choices that its seed determines. */
export interface Random {
  /** From 0, below `n`. */
  below(n: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  bytes(length: number): Buffer<ArrayBuffer>;
  uuid(): string;
}

/** The same words give the same choices, whatever was asked of other streams: a case is known by its seed and index alone. */
export function randomOf(...words: readonly (string | number)[]): Random {
  const next = sfc32(createHash('sha256').update(words.join('\0')).digest());
  const below = (n: number) => Math.floor((next() / 2 ** 32) * n);
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => next() >>> 24));
  return {
    below,
    chance: (probability) => next() / 2 ** 32 < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
    bytes,
    uuid: () => {
      const hex = bytes(16).toString('hex');
      return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-7$3-a$4-$5');
    },
  };
}

/** Doty-Humphrey's small fast counter, 32 bits at a time. */
function sfc32(seed: Buffer): () => number {
  let a = seed.readUInt32LE(0);
  let b = seed.readUInt32LE(4);
  let c = seed.readUInt32LE(8);
  let counter = 1;
  return () => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
}
