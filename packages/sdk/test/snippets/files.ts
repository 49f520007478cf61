import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'rolldown/utils';
import { sdkSnippets } from '../../../../.ci/snippets.ts';

// A project as the READMEs' readers have it. `browser` has every module of packages/sdk/README.md. `node` has what runs
// on Node 20, where a WebSocket is brought along. Once they are JavaScript, `page` is `browser` with a token from the test.

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ON_NODE = ['history.ts', 'live.ts'];

/** @param url the server that the snippets talk to, in place of the one at port 8080 */
export function writeSnippets(folder: string, url: string): void {
  for (const name of ['browser', 'node', 'page']) mkdirSync(join(folder, name), { recursive: true });
  for (const { file, text } of sdkSnippets()) {
    const module = text.replaceAll('http://localhost:8080', url);
    const needsWs = text.includes("from 'ws'");
    if (file === 'chat.mjs') writeFileSync(join(folder, file), module);
    else if (!needsWs) writeFileSync(join(folder, 'browser', file), module);
    if (ON_NODE.includes(file) || (needsWs && file === 'duet.ts'))
      writeFileSync(join(folder, 'node', file), module);
  }
  for (const name of ['browser', 'node'])
    copyFileSync(join(HERE, `tsconfig.${name}.json`), join(folder, name, 'tsconfig.json'));
  copyFileSync(join(HERE, 'token.ts'), join(folder, 'node/token.ts'));
}

/** After the modules have been compiled, each beside its source. */
export function writePage(folder: string): void {
  for (const name of globSync('*.js', { cwd: join(folder, 'browser') }))
    copyFileSync(join(folder, 'browser', name), join(folder, 'page', name));
  copyFileSync(join(folder, 'node/token.js'), join(folder, 'page/token.js'));
  for (const [driver, place] of [
    ['page', 'page'],
    ['tabs', 'browser'],
  ] as const)
    writeFileSync(join(folder, place, `${driver}.js`), javascript(join(HERE, `${driver}.ts`)));
}

/** Compiles without a look at the types. */
export function stripTypes(folder: string): void {
  for (const file of globSync('{browser,node}/*.{ts,tsx}', { cwd: folder }))
    writeFileSync(join(folder, file.replace(/\.tsx?$/, '.js')), javascript(join(folder, file)));
}

function javascript(path: string): string {
  const { code, errors } = transformSync(path, readFileSync(path, 'utf8'));
  if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join()}`);
  return code;
}
