import type { TestProject } from 'vitest/node';
import { removeFolder, scratchFolder } from './database.ts';
import { startServer } from './process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    embeddedTemplate: string;
  }
}

/** Makes one embedded database, which takes seconds; every server of a test starts on a copy of it. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = scratchFolder();
  const server = await startServer({ DATA_DIR: folder });
  await server.stop();
  project.provide('embeddedTemplate', folder);
  return () => removeFolder(folder);
}
