import { expect, test } from 'vitest';
import { partsOf } from './text-parts.ts';

const urls = (text: string) => partsOf(text).flatMap(({ url }) => url ?? []);

test('web addresses are links, with and without https://', () => {
  expect(urls('see https://example.com/a?b=c#d, and www.example.org.')).toEqual([
    'https://example.com/a?b=c#d',
    'http://www.example.org',
  ]);
});

test('nothing else is', () => {
  expect(
    urls('javascript:alert(1) data:text/html,x ftp://example.com mailto:a@example.com //example.com'),
  ).toEqual([]);
});

test('the parts are the text', () => {
  for (const text of ['', 'plain', 'a https://example.com b\nc', 'https://example.com', '<b>x</b>']) {
    expect(
      partsOf(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  }
});
