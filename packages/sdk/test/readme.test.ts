import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { isOfSdk, sdkSnippets, snippets } from '../../../.ci/snippets.ts';
import { JEST, METROS, NEXT, NODES, REACTS, TYPESCRIPTS, VITE } from '../scripts/matrix/versions.ts';
import { chat, checks } from './snippets/checks.ts';
import { stripTypes, writePage, writeSnippets } from './snippets/files.ts';
import type { Place } from './snippets/program.ts';

// The READMEs' snippets on the versions of the workspace. `test:matrix` runs the same on every version that they name.

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const folder = scratchFolder();
const place: Place = {
  folder,
  node: process.execPath,
  version: Number.parseInt(process.versions.node, 10),
  url: inject('serverUrl'),
};

beforeAll(() => {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@duet'), { recursive: true });
  for (const name of readdirSync(join(PACKAGE, 'node_modules')))
    if (name !== '@duet' && !name.startsWith('.'))
      symlinkSync(join(PACKAGE, 'node_modules', name), join(modules, name));
  symlinkSync(PACKAGE, join(modules, '@duet/sdk'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  cpSync(join(PACKAGE, 'test/snippets/tsconfig.browser.json'), join(folder, 'tsconfig.json'));
  writeSnippets(folder, place.url);
  stripTypes(folder);
  writePage(folder);
});
afterAll(() => removeFolder(folder));

test('every snippet of the SDK is run, or says why not', () => {
  const nameless = snippets().filter((snippet) => isOfSdk(snippet) && !snippet.file && !snippet.excuse);
  expect(nameless).toEqual([]);
  const files = new Set(sdkSnippets().map(({ file }) => file));
  expect([...files].sort()).toEqual(['chat.mjs', 'duet.ts', ...Object.keys(checks)].sort());
});

test('two people chatting in 25 lines', async () => {
  const [example] = sdkSnippets().filter(({ file }) => file === 'chat.mjs');
  expect(example?.text.trim().split('\n').length).toBeLessThanOrEqual(25);
  await chat(place);
});

test.concurrent.each(Object.entries(checks))('%s runs', (_, check) => check(place));

test.concurrent('strict TypeScript takes them', async () => {
  const tsc = join(PACKAGE, '../../node_modules/.bin/tsc');
  // Here the SDK is its sources, with their imports of `.ts`.
  const args = ['-p', '.', '--noEmit', '--allowImportingTsExtensions', '--types', 'node'];
  const { stdout } = await promisify(execFile)(tsc, args, { cwd: folder }).catch((error: unknown) => ({
    stdout: String(Object(error).stdout),
  }));
  expect(stdout).toBe('');
});

test('the matrix has the versions that the README names', () => {
  const readme = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
  const list = new Intl.ListFormat('en-GB');
  const named = [
    `Node ${list.format(NODES.map(String))}`,
    `TypeScript ${list.format(TYPESCRIPTS)}`,
    `React ${REACTS.join(' or ')}`,
    ...[
      ['Node', list.format(NODES.map(String))],
      ['TypeScript', list.format(TYPESCRIPTS)],
      ['React', REACTS.join(' or ')],
      ['React Native', `Metro ${METROS.join(', ')}`],
      ['Next.js', NEXT],
      ['Jest', JEST],
      ['Vite', VITE],
    ].map((row) => `| ${row.join(' | ')} |`),
  ];
  const unpadded = readme.replaceAll(/ +\|/g, ' |');
  expect(named.filter((versions) => !unpadded.includes(versions))).toEqual([]);
  const { engines, peerDependencies } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  expect(engines.node).toBe(`>=${NODES[0]}`);
  expect(peerDependencies.react).toBe(REACTS.map((version) => `^${version}.0.0`).join(' || '));
});
