import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Storage } from 'happy-dom';
import { expect, inject, test } from 'vitest';
import { createDuet, type DuetOptions } from '../src/index.ts';

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

test('the README’s getToken: tabs that share a session take turns in refreshing it', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [example = ''] = [...readme.matchAll(/```js\n([\s\S]+?)```/g)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('navigator.locks'));
  const storage = new Storage();
  const url = inject('serverUrl');
  const tab = () => {
    let asked = (_: { reason: string }): ReturnType<DuetOptions['getToken']> => null;
    const duet = createDuet({ url, getToken: (context) => asked(context) });
    asked = new Function('duet', 'localStorage', `${example}; return getToken;`)(duet, storage);
    return duet;
  };
  const session = await tab().auth.register({ username: crypto.randomUUID(), password: 'long enough' });
  // Its time is over, as far as both tabs know.
  storage.setItem('duet-session', JSON.stringify({ ...session, access: 'expired' }));
  const tabs = [tab(), tab()];
  expect(await Promise.all(tabs.map((duet) => duet.users.me()))).toEqual([session.user, session.user]);
  storage.clear();
  expect(await Promise.all(tabs.map((duet) => duet.users.me()))).toEqual([session.user, session.user]);
  await expect(tab().users.me()).rejects.toMatchObject({ code: 'missing_token' });
});
