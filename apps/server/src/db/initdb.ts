import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fileOf } from '../files.ts';

const TELL_EVERY_MS = 2000;

/**
 * Runs PGlite's `initdb` in a thread of its own: it blocks for seconds, in which this one hears signals and says that it goes on.
 * @param tell hears every two seconds how many have passed
 */
export async function initdb(folder: string, tell: (seconds: number) => void): Promise<void> {
  const started = performance.now();
  const telling = setInterval(() => tell(Math.round((performance.now() - started) / 1000)), TELL_EVERY_MS);
  try {
    await once(new Worker(fileOf('src/db/initdb-worker.ts'), { workerData: folder }), 'exit');
  } finally {
    clearInterval(telling);
  }
}
