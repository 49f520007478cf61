import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { ClientEvent, FaultEvent, Line, Untimed } from './event.ts';

const FLUSH_MS = 50;

/** Writes down what happens, with its time. */
export interface Recorder {
  /** Milliseconds since the run began. */
  now(): number;
  write(event: Untimed<ClientEvent> | Untimed<FaultEvent> | Line): void;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

/** A recorder into a file of JSON, an event a line. */
export function createRecorder(file: string): Recorder {
  const began = performance.now();
  const stream = createWriteStream(file);
  let lines: string[] = [];
  const now = () => Math.round((performance.now() - began) * 1000) / 1000;
  const flush = () => {
    if (lines.length > 0) stream.write(lines.join(''));
    lines = [];
  };
  const timer = setInterval(flush, FLUSH_MS);
  return {
    now,
    write: (event) => {
      lines.push(`${JSON.stringify({ at: now(), ...event })}\n`);
    },
    close: () => {
      clearInterval(timer);
      flush();
      return new Promise((resolve) => stream.end(resolve));
    },
  };
}

/** It is our own file: what stands in it was typed when it was written. */
const line = z.custom<Line>((value) => typeof value === 'object' && value !== null && 'type' in value);

export async function readHistory(file: string): Promise<Line[]> {
  const history: Line[] = [];
  for await (const text of createInterface({ input: createReadStream(file) }))
    history.push(line.parse(JSON.parse(text)));
  return history;
}
