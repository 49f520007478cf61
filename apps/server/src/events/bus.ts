import type { Following, Topic } from './events.ts';

/** Something small for other nodes. */
export interface Note {
  /** Whom it concerns, for a bus that carries things only to those who follow; without any it is for every node. */
  readonly topics: readonly Topic[];
  /** At most 7,000 bytes of UTF-8, without line breaks. */
  readonly text: string;
}

export interface BusListener {
  /** The way to the others is open, perhaps again. */
  opened(): void;
  /** What another node published, in its order as a rule. */
  hear(node: string, texts: readonly string[]): void;
  /** Notes of other nodes may have been lost on the way here. */
  missed(): void;
}

/**
 * What carries notes between nodes; it may lose, repeat and reorder them. What it loses it makes known: `missed` here for what others said,
 * and a `lost` note (`notes.ts`) to all others for what this node said, as soon as it works again. It never says a node's own notes to itself.
 */
export interface Bus {
  /** This node. */
  readonly node: string;
  /** Begins, also while the bus is away. */
  start(listener: BusListener): void;
  /** Takes notes to be carried, now or never; does not throw. */
  publish(notes: readonly Note[]): void;
  /** From when it is active until it ends, notes on the topic come here; others may, too. */
  follow(topic: Topic): Following;
  /** Asked every `BEAT_MS` after a note to every node: whether notes of others come here, as far as one can tell. Restarts what hangs. */
  check(): boolean;
  /** Lets go what was published, within a second or two, and ends. */
  close(): Promise<void>;
}

/** How often each node says that it lives. */
export const BEAT_MS = 3000;

/** What a bus tells of itself; never a password. */
export interface BusLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}
