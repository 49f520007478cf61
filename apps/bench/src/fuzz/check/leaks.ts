import type { World } from '../world.ts';

/**
 * What of the victims somebody else was shown, if anything. What they sent themselves may come back to them.
 * @param mayName whether people are looked for, where everybody's id and name may be seen
 */
export function leakIn(world: World, came: string, sent: string, mayName: boolean): string | undefined {
  const shown = came.toLowerCase();
  const known = sent.toLowerCase();
  const hidden = mayName ? world.secrets : [...world.secrets, ...world.names];
  return hidden.find((canary) => shown.includes(canary) && !known.includes(canary));
}
