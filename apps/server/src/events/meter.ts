/** What a node tells of its bus, for whoever counts it. */
export interface BusMeter {
  published(notes: number): void;
  heard(notes: number): void;
  /** Asked every beat: whether notes of others come here, and from how many other nodes they do. */
  state(isWell: boolean, nodes: number): void;
  /** Events of other nodes may have been lost. */
  missed(): void;
}
