import type { Page } from '@playwright/test';
import { Chat } from './harness/chat.ts';
import { conversationOf, say } from './harness/people.ts';
import { expect, type Person, test } from './harness/test.ts';

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

declare global {
  interface Window {
    shownNotifications: Shown[];
    clickNotification: () => void;
  }
}

/** Notifications are shown for real; a page cannot ask which there are, so what is made is written down on the way. */
async function writeDownNotifications({ context }: Person): Promise<void> {
  await context.addInitScript(() => {
    const shown: Shown[] = [];
    let last: Notification | undefined;
    window.shownNotifications = shown;
    window.clickNotification = () => last?.dispatchEvent(new Event('click'));
    window.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        shown.push({ title, body: this.body, tag: this.tag });
        last = this;
      }
    };
  });
}

const shownIn = (page: Page) => page.evaluate(() => window.shownNotifications);

/** Tabs tell each other that they are looked at by a lock, and what comes before it is free is as if it came a moment earlier. */
async function expectNobodyLooking(page: Page): Promise<void> {
  const looking = () =>
    page.evaluate(async () => {
      const { held = [] } = await navigator.locks.query();
      return held.filter(({ name }) => name === 'duet-looking').length;
    });
  await expect.poll(looking).toBe(0);
}

async function turnOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  const toggle = page.getByRole('switch', { name: 'Notifications' });
  await toggle.click();
  await expect(toggle).toBeChecked();
  await page.keyboard.press('Escape');
}

test('A message comes while I look elsewhere: I am notified once, and a click leads to it', async ({
  join,
  enrol,
}) => {
  const [ada, ben] = await Promise.all([join('Ada', { permissions: ['notifications'] }), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await writeDownNotifications(ada);
  const second = await ada.context.newPage();
  await Promise.all([ada.page.goto('/'), second.goto('/')]);
  await turnOn(ada.page);

  await say(ben, id, 'While you look');
  await expect(ada.page).toHaveTitle('(1) Duet');
  await expect(second).toHaveTitle('(1) Duet');
  await ada.lookAway();
  await expectNobodyLooking(second);
  await say(ben, id, 'While you look elsewhere');
  for (const page of [ada.page, second])
    await expect
      .poll(() => shownIn(page))
      .toEqual([
        { title: ben.name, body: 'While you look elsewhere', tag: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      ]);
  // Each tab shows it, and by its tag they are one.
  expect((await shownIn(second))[0]?.tag).toBe((await shownIn(ada.page))[0]?.tag);

  await ada.page.evaluate(() => window.clickNotification());
  await expect(new Chat(ada.page).message('While you look elsewhere')).toBeVisible();
});

test('I am not notified unless I want to be', async ({ join, enrol }) => {
  const [ada, ben] = await Promise.all([join('Ada', { permissions: ['notifications'] }), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await writeDownNotifications(ada);
  await ada.page.goto('/');
  await expect(ada.chat.rows).toHaveCount(1);
  await ada.lookAway();
  await say(ben, id, 'Quietly');
  await expect(ada.page).toHaveTitle('(1) Duet');
  expect(await shownIn(ada.page)).toEqual([]);
});
