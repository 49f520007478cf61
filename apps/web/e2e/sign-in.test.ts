import type { Page } from '@playwright/test';
import { nameLike, PASSWORD } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { UNREACHABLE } from './harness/trouble.ts';

/** What a browser says of an answer that refuses. */
const refused = (status: number) => new RegExp(`status of ${status} `);

async function fillIn(page: Page, name: string, password: string, button: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: button, exact: true }).click();
}

/** A field says what is wrong with it, to the eye and to a screen reader, and has the focus. */
async function expectFault(page: Page, label: string, words: string): Promise<void> {
  const field = page.getByLabel(label);
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(words);
  await expect(field).toBeFocused();
  await expect(page.getByText(words)).toBeVisible();
}

test('I make an account, sign out, and sign in again', async ({ visit }) => {
  const { page, chat } = await visit();
  const name = nameLike('Ada');
  await page.goto('/');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await expect(page.getByRole('heading', { name: 'Create your account' })).toBeVisible();
  await fillIn(page, name, PASSWORD, 'Create account');
  await expect(chat.conversations.getByRole('heading', { name })).toBeVisible();
  await expect(page.getByText('No conversations yet')).toBeVisible();

  await page.reload();
  await expect(chat.conversations.getByRole('heading', { name })).toBeVisible();

  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Duet' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in to Duet' })).toBeVisible();

  await fillIn(page, name, PASSWORD, 'Sign in');
  await expect(chat.conversations.getByRole('heading', { name })).toBeVisible();
});

test('I am told at the field that my password is wrong, whoever I say I am', async ({
  visit,
  enrol,
  trouble,
}) => {
  trouble.expect(refused(401));
  const [{ page }, ada] = await Promise.all([visit(), enrol('Ada')]);
  await page.goto('/');
  await fillIn(page, ada.name, 'not the password', 'Sign in');
  await expectFault(page, 'Password', 'The name or the password is wrong.');
  await fillIn(page, nameLike('Nobody'), PASSWORD, 'Sign in');
  await expectFault(page, 'Password', 'The name or the password is wrong.');
  await expect(page.getByLabel('Name')).toHaveAttribute('aria-invalid', 'false');
});

test('I am told at the field that a name is taken, a password too short, or something missing', async ({
  visit,
  enrol,
  trouble,
}) => {
  trouble.expect(refused(409), refused(400));
  const [{ page }, ada] = await Promise.all([visit(), enrol('Ada')]);
  await page.goto('/');
  await page.getByRole('button', { name: 'Create an account' }).click();

  await fillIn(page, ada.name.toUpperCase(), PASSWORD, 'Create account');
  await expectFault(page, 'Name', 'This name is taken. Choose another one.');
  await fillIn(page, nameLike('Eve'), 'short', 'Create account');
  await expectFault(page, 'Password', 'The password must have at least 8 characters.');
  await fillIn(page, nameLike('Eve'), '', 'Create account');
  await expectFault(page, 'Password', 'Enter a password.');
  await fillIn(page, '   ', PASSWORD, 'Create account');
  await expectFault(page, 'Name', 'Enter a name.');

  const name = nameLike('Eve');
  await fillIn(page, name, PASSWORD, 'Create account');
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
});

test('I am told that the server is away, and get in once it is back', async ({ visit, enrol, trouble }) => {
  trouble.expect(UNREACHABLE);
  const [{ page, chat, wire }, ada] = await Promise.all([visit(), enrol('Ada')]);
  await page.goto('/');
  wire.cut();
  await fillIn(page, ada.name, PASSWORD, 'Sign in');
  await expect(page.getByRole('alert')).toHaveText(
    'The server does not answer. Check your connection and try again.',
  );
  wire.mend();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(chat.conversations.getByRole('heading', { name: ada.name })).toBeVisible();
});
