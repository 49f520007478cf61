import { useState } from 'react';

interface Reading {
  readonly readSeq: number;
  readonly unread: number;
  /** Somebody looks at the newest messages. */
  readonly isReading: boolean;
}

/**
 * After which message "New messages" stands. It is put there by what comes while nobody reads, and stays while they do.
 * @param before where it stands
 */
export function nextDivider(
  before: number | undefined,
  { readSeq, unread, isReading }: Reading,
): number | undefined {
  return !isReading && unread > 0 ? readSeq : before;
}

/** @returns where it stands, and what takes it away */
export function useDivider(reading: Reading | undefined): readonly [number | undefined, () => void] {
  const [divider, setDivider] = useState<number>();
  const next = reading ? nextDivider(divider, reading) : divider;
  if (next !== divider) setDivider(next);
  return [next, () => setDivider(undefined)];
}
