import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isOfGuide, isOfSdk, type Snippet, snippets } from '../../../../.ci/snippets.ts';
import { commandsOf, faultOf } from './commands.ts';

// Every fenced block of every document is run by a test, or `<!-- not run: … -->` in front of it says why none does.

const blocks = snippets();
const source = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Which test runs a block: each finds its own by what is in it, and fails for one that it does not know. */
function isRun(snippet: Snippet): boolean {
  const { document, heading, language, text } = snippet;
  if (isOfSdk(snippet)) return true; // packages/sdk/test/readme.test.ts
  if (isOfGuide(snippet)) return snippet.file !== undefined; // packages/sdk/test/guides/
  switch (language) {
    case 'sh':
      return true; // below; with curl, by readme.test.ts
    case 'js':
      return document === 'README.md' && text.includes('new WebSocket'); // readme.test.ts
    case 'json':
      return document === 'packages/contract/PROTOCOL.md'; // packages/contract/test/protocol.test.ts
    case 'sql':
      return (
        document === 'apps/server/STORAGE.md' &&
        source('../postgres/storage.test.ts').includes(`'${heading}'`)
      );
    default:
      return false;
  }
}
const nameOf = ({ document, line, language }: Snippet) => `${document}:${line} ${language}`;

test('every block of every document is run, or says why not', () => {
  expect(blocks.length).toBeGreaterThan(0);
  expect(blocks.filter((block) => block.excuse === undefined && !isRun(block)).map(nameOf)).toEqual([]);
});

test('an excuse has a block that needs it', () => {
  expect(blocks.filter((block) => block.excuse !== undefined && isRun(block)).map(nameOf)).toEqual([]);
});

const shells = blocks.filter(({ language, text }) => language === 'sh' && !text.includes('curl'));

test.each(shells.map((block) => [nameOf(block), block] as const))(
  '%s: every command is there',
  (_, block) => {
    const commands = commandsOf(block);
    // The matrix runs those of npm, and what belongs to them.
    const here = block.text.includes('npm i ') ? commands.filter(([program]) => program === 'npx') : commands;
    expect(here.length).toBeGreaterThan(0);
    expect(here.map((command) => faultOf(command, block.document)).filter(Boolean)).toEqual([]);
  },
);
