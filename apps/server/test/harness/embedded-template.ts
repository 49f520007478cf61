import { rmSync } from 'node:fs';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { openEmbedded } from '../../src/db/client.ts';
import { scratchFolder } from './scratch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    embeddedTemplate: string;
  }
}

/** Makes one embedded database, which takes seconds; every test server starts on a copy of it, which takes milliseconds. */
export default async function setup(project: TestProject): Promise<() => void> {
  const dataDir = scratchFolder();
  const database = await openEmbedded(dataDir, pino({ level: 'silent' }));
  await database.close();
  project.provide('embeddedTemplate', dataDir);
  return () => rmSync(dataDir, { recursive: true, force: true });
}
