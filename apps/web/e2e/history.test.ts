import { PATIENCE_MS } from '@duet/testing/wait';
import { seedHistory } from './harness/history.ts';
import type { Account } from './harness/people.ts';
import { nameLike, register, say } from './harness/people.ts';
import { anchorOf, expectStill, movedBy, turnWheel } from './harness/place.ts';
import { test as base, expect } from './harness/test.ts';

const MESSAGES = 10_000;
const NEWEST = `No. ${MESSAGES}: the newest`;
/** What a message may move by when others come in front of it. */
const STILL_PX = 2;

interface History {
  readonly reader: Account;
  readonly friend: Account;
  readonly id: string;
}

const test = base.extend<object, { history: History }>({
  history: [
    async ({ server }, use) => {
      const [reader, friend] = await Promise.all([
        register(server.url, nameLike('Reader')),
        register(server.url, nameLike('Friend')),
      ]);
      await use({ reader, friend, id: await seedHistory(reader, friend, MESSAGES) });
    },
    { scope: 'worker', timeout: 5 * PATIENCE_MS },
  ],
});
// One history for all of them.
test.describe.configure({ mode: 'default' });

test('I open a conversation of 10,000 messages at the newest one', async ({ visit, history }) => {
  const { page, chat } = await visit({ session: history.reader.session });
  await page.goto(`/#/c/${history.id}`);
  await expect(chat.message(NEWEST)).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Jump to the newest' })).toBeHidden();
  expect(await chat.messages.count()).toBeLessThan(60);
});

test('I scroll up, older messages come, and nothing that I see jumps', async ({ visit, history }) => {
  const { page, chat } = await visit({ session: history.reader.session });
  // Pages are held back until the scrolling has come to rest, so that only they can move anything.
  let release = Promise.withResolvers<void>();
  await page.route(/\/messages\/\?.*before=/, async (route) => {
    await release.promise;
    await route.continue();
  });
  await page.goto(`/#/c/${history.id}`);
  await expect(chat.message(NEWEST)).toBeInViewport();
  await expectStill(chat);

  for (let round = 0; round < 5; round += 1) {
    release = Promise.withResolvers<void>();
    const asked = page.waitForRequest(/before=/);
    await turnWheel(page, chat, -20_000);
    await asked;
    await expectStill(chat);
    const height = () => chat.log.evaluate((element) => element.scrollHeight);
    const before = await height();
    const anchor = await anchorOf(chat);
    release.resolve();
    await expect.poll(height).toBeGreaterThan(before + 1000);
    await expectStill(chat);
    expect(await movedBy(chat, anchor), `round ${round}`).toBeLessThanOrEqual(STILL_PX);
    expect(await chat.messages.count()).toBeLessThan(120);
  }
});

test('While I scroll, messages only ever go the way I turn the wheel', async ({ visit, history }) => {
  const { page, chat } = await visit({ session: history.reader.session });
  await page.goto(`/#/c/${history.id}`);
  await expect(chat.message(NEWEST)).toBeInViewport();
  await expectStill(chat);
  await chat.log.evaluate((element) => {
    const { top: upper, bottom: lower } = element.getBoundingClientRect();
    const placed = () => {
      const seen = new Map<Element, number>();
      for (const article of element.querySelectorAll('article')) {
        const { top, bottom } = article.getBoundingClientRect();
        if (bottom > upper && top < lower) seen.set(article, top);
      }
      return seen;
    };
    let before = placed();
    let back = 0;
    const look = () => {
      const now = placed();
      for (const [article, top] of now) back = Math.max(back, (before.get(article) ?? top) - top);
      before = now;
      element.dataset['movedBack'] = String(back);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  let pages = 0;
  page.on('response', (response) => {
    if (response.url().includes('before=')) pages += 1;
  });
  await chat.log.hover();
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, -600);
        return pages;
      },
      { intervals: [30] },
    )
    .toBeGreaterThanOrEqual(10);
  await expectStill(chat);
  expect(Number(await chat.log.getAttribute('data-moved-back'))).toBeLessThanOrEqual(STILL_PX);
});

test('I turn the wheel as soon as I see the messages, and am not pulled back', async ({ visit, history }) => {
  const { page, chat } = await visit({ session: history.reader.session });
  for (let round = 0; round < 5; round += 1) {
    await page.goto('/');
    await page.goto(`/#/c/${history.id}`);
    await expect(chat.message(NEWEST)).toBeInViewport();
    await turnWheel(page, chat, -600);
    await expectStill(chat);
    await expect(chat.message(NEWEST), `round ${round}`).not.toBeInViewport();
  }
});

test('I jump back to the newest message, and see what comes', async ({ visit, history }) => {
  const { page, chat } = await visit({ session: history.reader.session });
  await page.goto(`/#/c/${history.id}`);
  await expect(chat.message(NEWEST)).toBeInViewport();
  await expectStill(chat);
  const older = page.waitForResponse(/before=/);
  await turnWheel(page, chat, -20_000);
  await older;
  await page.getByRole('button', { name: 'Jump to the newest' }).click();
  await expect(chat.message(NEWEST)).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Jump to the newest' })).toBeHidden();
  await expectStill(chat);

  await turnWheel(page, chat, -2000);
  const jump = page.getByRole('button', { name: 'Jump to the newest messages, 1 new' });
  await expect(page.getByRole('button', { name: 'Jump to the newest' })).toBeVisible();
  await expectStill(chat);
  const anchor = await anchorOf(chat);
  const text = `No. ${MESSAGES + 1}: while I read`;
  await say(history.friend, history.id, text);
  await expect(jump).toBeVisible();
  expect(await movedBy(chat, anchor)).toBeLessThanOrEqual(STILL_PX);
  await jump.click();
  await expect(chat.message(text)).toBeInViewport({ ratio: 1 });
  await expect(page).toHaveTitle('Duet');
});

test('I open a conversation with much that is new at the first new message', async ({ visit, history }) => {
  const firstNew = `No. ${MESSAGES + 2}: the first new one`;
  const more = Array.from({ length: 130 }, (_, index) => `No. ${MESSAGES + 3 + index}: more`);
  await say(history.friend, history.id, firstNew, ...more);
  const { page, chat } = await visit({ session: history.reader.session });
  await page.goto(`/#/c/${history.id}`);
  await expect(chat.log.getByText('New messages')).toBeInViewport({ ratio: 1 });
  await expect(chat.message(firstNew)).toBeInViewport({ ratio: 1 });
  await expect(page).toHaveTitle('(131) Duet');
  await page.getByRole('button', { name: 'Jump to the newest messages, 131 new' }).click();
  await expect(chat.message(`No. ${MESSAGES + 132}: more`)).toBeInViewport({ ratio: 1 });
  await expect(page).toHaveTitle('Duet');
});
