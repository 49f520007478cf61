import { Worker } from 'node:worker_threads';

// Node's timers are up to a millisecond late, which would be most of what is measured. A thread that sleeps is late by some
// 60 µs, and costs next to nothing.
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const cell = new Int32Array(new SharedArrayBuffer(4));
const { start, interval } = workerData;
for (let beat = 1; ; beat += 1) {
  const left = start + beat * interval - (performance.timeOrigin + performance.now());
  if (left > 0) Atomics.wait(cell, 0, 0, left);
  parentPort.postMessage(beat);
}`;

/** Calls `beat` every `intervalMs`, with the time it was meant for on the clock of `performance.now()`. */
export function startMetronome(intervalMs: number, beat: (due: number) => void): { stop(): void } {
  const start = performance.now();
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: { start: performance.timeOrigin + start, interval: intervalMs },
  });
  worker.on('message', (count: number) => beat(start + count * intervalMs));
  return { stop: () => void worker.terminate() };
}
