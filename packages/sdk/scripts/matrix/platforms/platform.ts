import { copyFileSync, cpSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { run } from '../run.ts';
import type { NODES, TYPESCRIPTS } from '../versions.ts';

/** Where a platform's combinations run. */
export interface Place {
  /** A CommonJS project with the packed SDK, the platform's packages, and `talk.js` and `url.js` in each of its apps. */
  readonly folder: string;
  /** The server. */
  readonly url: string;
  readonly signal: AbortSignal;
  readonly node: (version: (typeof NODES)[number]) => string;
  readonly tsc: (version: (typeof TYPESCRIPTS)[number]) => string;
}

/** What takes the SDK: a runtime, a bundler, a framework. */
export interface Platform {
  readonly name: string;
  /** Installed beside the SDK. */
  readonly packages: readonly string[];
  /** What there is to try, each by its name. */
  combinations(place: Place): Record<string, () => Promise<unknown>>;
}

const HERE = fileURLToPath(new URL('..', import.meta.url));

/** Makes one of `apps` in the project. @returns its folder */
export async function makeApp({ folder, url }: Place, name: string): Promise<string> {
  const app = join(folder, name);
  cpSync(join(HERE, 'apps', name), app, { recursive: true });
  writeFileSync(join(app, 'url.js'), `exports.url = '${url}';\n`);
  copyFileSync(await compiledTalk(folder), join(app, 'talk.js'));
  return app;
}

async function compiledTalk(folder: string): Promise<string> {
  const file = join(folder, 'talk.js');
  const bundle = await rolldown({ input: join(HERE, 'talk.ts') });
  await bundle.write({ file, format: 'cjs' });
  await bundle.close();
  return file;
}

/** A program of Node's in the project, on the Node of this process. */
export function runTool(
  { folder, signal }: Place,
  cwd: string,
  path: string,
  ...args: string[]
): Promise<void> {
  return run(cwd, signal, process.execPath, join(folder, 'node_modules', path), ...args);
}

/** The program itself: the package around it links or fetches it by a script, which npm may not run. */
export function binary({ folder }: Place, pattern: string): string {
  const [file] = globSync(join(folder, 'node_modules', pattern));
  if (file === undefined) throw new Error(`there is no ${pattern} for ${process.platform} ${process.arch}`);
  return file;
}

/** What the apps use that try every entry point. */
export const EVERYTHING = ['react@19', 'react-dom@19', 'ws@8', '@trpc/client@11', '@trpc/server@11'];
