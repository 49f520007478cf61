import { readFileSync } from 'node:fs';
import { allOperations, clientFrames } from '@duet/contract';
import { expect, test } from 'vitest';
import { sections } from '../src/cases/sections.ts';

const protocol = readFileSync(new URL('../../contract/PROTOCOL.md', import.meta.url), 'utf8');
const cases = sections.flatMap((section) => section.cases);

test('every section is one of the protocol, and comes once', () => {
  const numbers = sections.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of numbers) {
    // Scenarios are a list, and no headings.
    const scenario = /^6\.(\d+)$/.exec(number)?.[1];
    expect(protocol).toMatch(
      scenario ? new RegExp(`^${scenario}\\. \\*\\*`, 'm') : new RegExp(`^##+ ${number}[ .]`, 'm'),
    );
  }
});

test('no two cases have one title', () => {
  const titles = cases.map(({ title }) => title);
  expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
});

test('every operation and every frame is refused to those whom it does not concern', () => {
  const titles = cases.map(({ title }) => title);
  for (const { operation } of allOperations) {
    const { id, auth, path } = operation;
    const refusals = titles.filter(
      (title) => title.startsWith(`${id} `) && /without a token|not yours/.test(title),
    );
    expect(refusals.length, id).toBe(
      (auth === 'none' ? 0 : 1) + (path.includes('{conversation_id}') ? 1 : 0),
    );
  }
  for (const type of Object.keys(clientFrames).filter((type) => type !== 'auth'))
    expect(
      titles.some((title) => title.includes(type) && title.includes('not yours')),
      type,
    ).toBe(true);
});
