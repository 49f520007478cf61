import { expectAccessible } from './harness/axe.ts';
import { conversationOf, say } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { UNREACHABLE } from './harness/trouble.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  const look = { colorScheme, reducedMotion: 'reduce' } as const;

  test(`Nothing keeps me out: signing in, making an account, the two guests, ${colorScheme}`, async ({
    visit,
    trouble,
  }) => {
    trouble.expect(/status of 401 /);
    const { page } = await visit(look);
    await page.goto('/');
    await expect(page.getByLabel('Name')).toBeVisible();
    await expectAccessible(page, 'sign in');
    await page.getByLabel('Name').fill('nobody');
    await page.getByLabel('Password').fill('not a password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByText('is wrong')).toBeVisible();
    await expectAccessible(page, 'sign in, refused');
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByLabel('Name').clear();
    await page.getByLabel('Password').clear();
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByText('Enter a name.')).toBeVisible();
    await expectAccessible(page, 'register, refused');
    await page.getByRole('link', { name: 'Try it with two people' }).click();
    const fields = page.getByRole('textbox', { name: 'Message to' });
    await expect(fields).toHaveCount(2);
    await fields.first().fill('Hello');
    await fields.first().press('Enter');
    await expect(
      page
        .getByRole('img', { name: 'Read' })
        .or(page.getByRole('img', { name: 'Sent' }))
        .first(),
    ).toBeVisible();
    await expectAccessible(page, 'two guests');
  });

  test(`Nothing keeps me out: the list, search, menu, and a conversation, ${colorScheme}`, async ({
    join,
    enrol,
    trouble,
  }) => {
    trouble.expect(UNREACHABLE);
    const [ada, ben, cleo] = await Promise.all([join('Ada', look), enrol('Ben'), enrol('Cleo')]);
    const { page, chat } = ada;
    await page.goto('/');
    await expect(page.getByText('No conversations yet')).toBeVisible();
    await expectAccessible(page, 'empty list');

    const id = await conversationOf(ada, ben);
    await say(ben, id, 'Hello', 'See https://example.com');
    await say(cleo, await conversationOf(ada, cleo), 'Hello');
    await expect(chat.row(ben.name)).toContainText('2 unread');
    await expectAccessible(page, 'list with unread');
    await page.getByRole('button', { name: 'Menu' }).click();
    await expectAccessible(page, 'menu');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Search people' }).click();
    await expect(page.getByRole('option').first()).toBeVisible();
    await expectAccessible(page, 'search');
    await page.getByRole('combobox').fill('nobody at all');
    await expect(page.getByText('Nobody’s name begins with')).toBeVisible();
    await expectAccessible(page, 'search that finds nobody');
    await page.getByRole('button', { name: 'Back to conversations' }).click();

    await chat.open(ben.name);
    await chat.say('Hello, Ben');
    await expect(chat.standing('Hello, Ben', 'Sent')).toBeVisible();
    await expectAccessible(page, 'conversation');
    await ada.leaveNetwork();
    await chat.say('Offline');
    await expect(chat.connection).toContainText('1 message will be sent');
    await expectAccessible(page, 'offline');
  });
}

test('Nothing keeps me out: the reference of the sockets', async ({ visit }) => {
  const { page } = await visit();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto('/docs/socket/');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page, colorScheme);
  }
});
