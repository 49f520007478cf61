import type { Page } from '@playwright/test';
import { conversationOf, say } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { A_LOOK, whileTyping } from './harness/typing.ts';

/** What moves on the page right now. */
const moving = (page: Page) =>
  page.evaluate(
    () =>
      document.getAnimations().filter(({ playState, effect }) => {
        const { activeDuration } = effect?.getComputedTiming() ?? {};
        return playState === 'running' && activeDuration !== 0;
      }).length,
  );

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  const isCalm = reducedMotion === 'reduce';
  test(`Somebody writes to me, and ${isCalm ? 'nothing moves, as I prefer it' : 'dots say so'}`, async ({
    join,
  }) => {
    const [ada, ben] = await Promise.all([join('Ada', { reducedMotion }), join('Ben')]);
    const id = await conversationOf(ada, ben);
    await Promise.all([ada.page.goto(`/#/c/${id}`), ben.page.goto(`/#/c/${id}`)]);
    await expect(ada.chat.thread.getByText('online')).toBeVisible();
    await whileTyping(ben.chat.field, async () => {
      await expect(ada.chat.thread.getByText(`${ben.name} is typing`)).toBeVisible(A_LOOK);
      if (isCalm) expect(await moving(ada.page)).toBe(0);
      else expect(await moving(ada.page)).toBeGreaterThan(0);
    });
    await ada.page.getByRole('button', { name: 'Menu' }).click();
    await expect(ada.page.getByRole('dialog', { name: 'Menu' })).toBeVisible();
    if (isCalm) expect(await moving(ada.page)).toBe(0);
  });
}

test('Arabic and Hebrew run from right to left, English beside them from left to right', async ({
  join,
  enrol,
}) => {
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await say(
    ben,
    id,
    'שלום, מה שלומך היום? אני שמח לראות אותך\nטוב',
    'مرحبا بك في هذا المكان الجميل\nنعم',
    'A long line in English\nshort',
  );
  await ada.page.goto(`/#/c/${id}`);
  /** Where a message's second, short line ends up in its bubble: at its left or its right edge. */
  const sideOf = (text: string) =>
    ada.chat.message(text).evaluate((article, words) => {
      const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
      const found = () =>
        walker.currentNode.textContent?.includes(words) && walker.currentNode instanceof Text;
      while (!found()) if (!walker.nextNode()) throw new Error('no such text');
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      const lines = [...range.getClientRects()].filter(({ width }) => width > 0);
      const [first, last] = [lines.at(0), lines.at(-1)];
      if (!first || !last || first === last) throw new Error('not two lines');
      return Math.abs(first.left - last.left) < Math.abs(first.right - last.right) ? 'left' : 'right';
    }, text);
  await expect(ada.chat.messages).toHaveCount(3);
  expect(await sideOf('שלום')).toBe('right');
  expect(await sideOf('مرحبا')).toBe('right');
  expect(await sideOf('English')).toBe('left');

  const { field } = ada.chat;
  await field.fill('שלום');
  expect(await field.evaluate((element) => element.matches(':dir(rtl)'))).toBe(true);
  await field.fill('Hello');
  expect(await field.evaluate((element) => element.matches(':dir(rtl)'))).toBe(false);
});

test('I choose a theme, and it is kept, in another tab, too', async ({ join }) => {
  const ada = await join('Ada', { colorScheme: 'light' });
  const second = await ada.context.newPage();
  await Promise.all([ada.page.goto('/'), second.goto('/')]);
  const scheme = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await ada.page.getByRole('button', { name: 'Menu' }).click();
  await ada.page.getByRole('radio', { name: 'Dark' }).check({ force: true });
  expect(await scheme(ada.page)).toBe('dark');
  await expect.poll(() => scheme(second)).toBe('dark');
  await ada.page.reload();
  expect(await scheme(ada.page)).toBe('dark');
});
