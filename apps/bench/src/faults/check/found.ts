import type { ClientEvent, FinalMessage } from '../history/event.ts';

/** One violation: what is wrong, and what shows it. */
export interface Found {
  readonly what: string;
  readonly events: readonly (ClientEvent | FinalMessage)[];
}
