/** Connections that are there for one thing each: counting, the health of the database, hearing other nodes and telling them. */
const SINGLE = 4;

/** What a node works with at least: one connection for requests and one for batches of sends, besides. */
export const MIN_CONNECTIONS = SINGLE + 2;
export const DEFAULT_CONNECTIONS = SINGLE + 8;

/** How a node divides what it takes at most. */
export function divide(connections: number): { readonly requests: number; readonly batches: number } {
  const shared = connections - SINGLE;
  const batches = shared > 4 ? 2 : 1;
  return { requests: shared - batches, batches };
}
