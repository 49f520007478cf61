import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/db/client.ts';

declare module 'vitest' {
  interface ProvidedContext {
    embeddedTemplate: string;
  }
}

/** Makes one embedded database, which takes seconds; every test server starts on a copy of it, which takes milliseconds. */
export default async function setup(project: TestProject): Promise<() => void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'duet-template-'));
  const database = await openDatabase({ dataDir });
  await database.close();
  project.provide('embeddedTemplate', dataDir);
  return () => rmSync(dataDir, { recursive: true, force: true });
}
