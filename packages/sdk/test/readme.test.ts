import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

test('the README’s example: two people chatting in 25 lines', async () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const examples = [...readme.matchAll(/```js\n([\s\S]+?)```/g)].map(([, text = '']) => text);
  const [example = '', ...others] = examples.filter((text) => text.includes('@duet/sdk'));
  expect(others).toEqual([]);
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(25);
  const program = `${example.replace('http://localhost:8080', inject('serverUrl'))}
    thread.subscribe(() => thread.get().messages.length && [cleo, dan].forEach(({ live }) => live.close()));`;
  // The package knows itself by its name, as an installed one would be known.
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const args = ['--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 15_000 });
  expect(stdout).toContain('1: Hello, Dan');
});
