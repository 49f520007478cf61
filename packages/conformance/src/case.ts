import type { Context } from './context.ts';

/** One sentence of the protocol, and how to find out whether it holds. */
export interface Case {
  /** The section and its number in it: `3.6.2`. */
  readonly id: string;
  readonly title: string;
  readonly run: (t: Context) => Promise<void>;
}

/** The cases of one section of PROTOCOL.md. */
export interface Section {
  readonly number: string;
  readonly name: string;
  readonly cases: readonly Case[];
}

/** A sentence, and what finds out whether it holds. */
export type Sentence = readonly [title: string, run: (t: Context) => Promise<void>];

/** Numbers the cases of a section in their order; new ones go to the end, for the numbers are cited. */
export function section(number: string, name: string, sentences: readonly Sentence[]): Section {
  return {
    number,
    name,
    cases: sentences.map(([title, run], i) => ({ id: `${number}.${i + 1}`, title, run })),
  };
}
