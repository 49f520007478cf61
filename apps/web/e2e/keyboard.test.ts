import { expectFocusToShow, pressUntil } from './harness/focus.ts';
import { conversationOf, nameLike, PASSWORD, say } from './harness/people.ts';
import { expect, test } from './harness/test.ts';

test('I make an account, find somebody, write and go back, without a mouse', async ({ visit, enrol }) => {
  const [{ page, chat }, ben] = await Promise.all([visit(), enrol('Ben')]);
  const { keyboard } = page;
  const name = nameLike('Ada');
  await page.goto('/');
  await expect(page.getByLabel('Name')).toBeVisible();
  await pressUntil(page, 'Tab', page.getByRole('button', { name: 'Create an account' }));
  await keyboard.press('Enter');
  await pressUntil(page, 'Shift+Tab', page.getByLabel('Name'));
  await keyboard.type(name);
  await pressUntil(page, 'Tab', page.getByLabel('Password'));
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');

  await expect(chat.conversations.getByRole('heading', { name })).toBeVisible();
  await pressUntil(page, 'Tab', page.getByRole('button', { name: 'Search people' }));
  await keyboard.press('Enter');
  await expect(page.getByRole('combobox')).toBeFocused();
  await expectFocusToShow(page);
  await keyboard.type(ben.name);
  await expect(page.getByRole('option')).toHaveCount(1);
  await expect(page.getByRole('option')).toHaveAccessibleName(ben.name);
  await keyboard.press('Enter');

  await expect(chat.field).toBeFocused();
  await keyboard.type('Without a mouse');
  await keyboard.press('Enter');
  await expect(chat.standing('Without a mouse', 'Sent')).toBeVisible();
  await expect(chat.field).toBeFocused();
  await keyboard.type('One line');
  await keyboard.press('Shift+Enter');
  await keyboard.type('and another');
  await keyboard.press('Enter');
  await expect(chat.message('One line')).toContainText('and another');

  await pressUntil(page, 'Shift+Tab', chat.log);
  await keyboard.press('ArrowUp');
  await expect(chat.messages.last()).toBeFocused();
  await expectFocusToShow(page);
  await keyboard.press('ArrowUp');
  await expect(chat.messages.first()).toBeFocused();
  await keyboard.press('Escape');
  await expect(chat.row(ben.name)).toBeFocused();
  await expectFocusToShow(page);
});

test('I go through my conversations and out of them with the arrow keys, Enter and Escape', async ({
  join,
  enrol,
}) => {
  const [ada, ben, cleo] = await Promise.all([join('Ada'), enrol('Ben'), enrol('Cleo')]);
  await say(ben, await conversationOf(ada, ben), 'Hello from Ben');
  await say(cleo, await conversationOf(ada, cleo), 'Hello from Cleo');
  const { page, chat } = ada;
  await page.goto('/');
  await expect(chat.rows).toHaveCount(2);
  await pressUntil(page, 'Tab', chat.row(cleo.name));
  await page.keyboard.press('ArrowDown');
  await expect(chat.row(ben.name)).toBeFocused();
  await expectFocusToShow(page);
  await page.keyboard.press('Enter');
  await expect(chat.field).toBeFocused();
  await expect(chat.message('Hello from Ben')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(chat.row(ben.name)).toBeFocused();
});

test('Every stop of the Tab key shows, in the menu and around a conversation, and the menu gives the focus back', async ({
  join,
  enrol,
}) => {
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await say(ben, id, 'Look at https://example.com');
  const { page, chat } = ada;
  await page.goto(`/#/c/${id}`);
  await expect(chat.message('Look at')).toBeVisible();
  const menu = page.getByRole('button', { name: 'Menu' });
  await pressUntil(page, 'Tab', menu);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Menu' })).toBeVisible();
  await pressUntil(page, 'Tab', page.getByRole('button', { name: 'Sign out' }));
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Menu' })).toBeHidden();
  await expect(menu).toBeFocused();
  await expect(chat.log).toBeVisible();
  await pressUntil(page, 'Tab', chat.log.getByRole('link'));
  await pressUntil(page, 'Tab', chat.field);
});
