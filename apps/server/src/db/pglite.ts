import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';

/** PostgreSQL takes and touches all of it at once. Its own default of 128 MB makes every start 0.3 s slower. */
const SHARED_BUFFERS = '32MB';
/**
 * How much a function of WebAssembly works before V8 compiles it anew. With a fortieth of that, V8's own default, it does so at every start for
 * functions that take it 1.5 s of a core, and a process does not end before that.
 */
const TIERING_BUDGET = 500_000_000;

/** Opens the embedded PostgreSQL in `folder`, which `initdb` has made. */
export function openPglite(folder: string): Promise<PGlite> {
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
  const startParams = [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`];
  return PGlite.create(folder, { startParams });
}
