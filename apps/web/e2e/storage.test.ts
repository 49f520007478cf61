import type { Page } from '@playwright/test';
import { conversationOf, nameLike, PASSWORD, stored } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { UNREACHABLE } from './harness/trouble.ts';

// A browser that keeps nothing, or no more, or takes away what it kept: the app goes on, and says what would be lost.

async function makeAccount(page: Page, name: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
}

/** Takes the place of a script that runs before the page's own. */
const breakages: [string, () => void][] = [
  [
    'has no storage, as a WebView',
    () => {
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, { get: () => null });
    },
  ],
  [
    'forbids storage',
    () => {
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {
          get: () => {
            throw new DOMException('Access is denied for this document', 'SecurityError');
          },
        });
    },
  ],
  [
    'has a full storage',
    () => {
      for (let size = 1 << 20; size >= 1; size = Math.floor(size / 2)) {
        try {
          for (let n = 0; ; n += 1) localStorage.setItem(`${size} ${n}`, 'x'.repeat(size));
        } catch {
          // no room for that much
        }
      }
    },
  ],
];

for (const [what, breakage] of breakages) {
  test(`My browser ${what}: I am signed in for this page, and am told so`, async ({ visit, enrol }) => {
    const [ada, ben] = await Promise.all([visit(), enrol('Ben')]);
    await ada.context.addInitScript(breakage);
    const name = nameLike('Ada');
    await makeAccount(ada.page, name);
    await expect(ada.chat.conversations.getByRole('heading', { name })).toBeVisible();
    await expect(ada.chat.storage).toContainText('until you close or reload the page');

    await ada.page.getByRole('button', { name: 'Menu' }).click();
    await ada.page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    await expect(ada.page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await ada.page.keyboard.press('Escape');

    const [me] = await ben.rest.users.find({ search: name });
    const { id } = await ben.rest.conversations.open({ target_user_id: me?.id ?? '' });
    await ada.chat.open(ben.name);
    await ada.chat.say('All the same');
    await expect(ada.chat.standing('All the same', 'Sent')).toBeVisible();
    expect(await stored(ben, id)).toEqual(['All the same']);

    await ada.page.reload();
    await expect(ada.page.getByRole('heading', { name: 'Sign in to Duet' })).toBeVisible();
  });
}

test('My browser clears its database under the page: what waits is kept again', async ({
  join,
  enrol,
  trouble,
}) => {
  trouble.expect(UNREACHABLE);
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  let isShut = false;
  await ada.page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    if (isShut) void socket.close();
    else socket.connectToServer();
  });
  await ada.page.goto(`/#/c/${id}`);
  await expect(ada.chat.field).toBeVisible();
  isShut = true;
  ada.wire.snap();
  await ada.chat.say('Before it');
  await expect(ada.chat.standing('Before it', 'Waiting to be sent')).toBeVisible();
  const cdp = await ada.context.newCDPSession(ada.page);
  const { origin } = new URL(ada.page.url());
  await cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
  await ada.chat.say('After it');
  await expect(ada.chat.standing('After it', 'Waiting to be sent')).toBeVisible();
  const kept = () =>
    ada.page.evaluate(
      () =>
        new Promise<number>((resolve, reject) => {
          const request = indexedDB.open('duet');
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const database = request.result;
            const count = database.transaction('outbox').objectStore('outbox').count();
            count.onsuccess = () => {
              database.close();
              resolve(count.result);
            };
          };
        }),
    );
  await expect.poll(kept).toBe(2);
  await expect(ada.chat.storage).toBeEmpty();

  isShut = false;
  await ada.page.reload();
  await expect(ada.chat.standing('After it', 'Sent')).toBeVisible();
  expect(await stored(ada, id)).toEqual(['Before it', 'After it']);
});

test('My browser has no database: I am told that what waits is in this page alone', async ({
  join,
  enrol,
  trouble,
}) => {
  trouble.expect(UNREACHABLE);
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await ada.context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
  await ada.page.goto(`/#/c/${id}`);
  await expect(ada.chat.field).toBeVisible();
  await ada.leaveNetwork();
  await ada.chat.say('One');
  await ada.chat.say('Two');
  await expect(ada.chat.storage).toHaveText(
    'This browser could not keep 2 messages. Leave the page open until they are sent.',
  );
  await ada.returnToNetwork();
  await expect(ada.chat.standing('Two', 'Sent')).toBeVisible();
  await expect(ada.chat.storage).toBeEmpty();
});
