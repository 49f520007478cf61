// The few types of the platform that this package's own types name. A project has them from the DOM library, from
// `@types/node` or from React Native; one that has none of these compiles too.

/** What is needed of an `AbortSignal` where no library declares one. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The platform's `AbortSignal`. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Declared } }
  ? Declared
  : AbortSignalLike;

/** What is needed of a `Storage`. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A `Uint8Array` that may be passed to the platform's functions: TypeScript 5.7 and newer tell it from one on shared memory. */
export type Bytes = ReturnType<Uint8ArrayConstructor['of']>;

/** Fills the bytes that it is given at random, as `crypto.getRandomValues` does. */
export type GetRandomValues = (bytes: Bytes) => void;
