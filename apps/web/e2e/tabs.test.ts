import { Chat } from './harness/chat.ts';
import { conversationOf, say, stored } from './harness/people.ts';
import { expect, test } from './harness/test.ts';

test('What I read in one tab is read in the other', async ({ join, enrol }) => {
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await say(ben, id, 'Hello', 'Are you there?');
  const second = await ada.context.newPage();
  const other = new Chat(second);
  await Promise.all([ada.page.goto('/'), second.goto('/')]);
  await expect(other.row(ben.name)).toContainText('2 unread');
  await expect(second).toHaveTitle('(2) Duet');

  await ada.chat.open(ben.name);
  await expect(other.row(ben.name)).not.toContainText('unread');
  await expect(second).toHaveTitle('Duet');
});

test('What I send in one tab is in the other, once', async ({ join, enrol }) => {
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  const second = await ada.context.newPage();
  const other = new Chat(second);
  await Promise.all([ada.page.goto(`/#/c/${id}`), second.goto(`/#/c/${id}`)]);
  await ada.chat.say('From the first');
  await expect(other.messages).toHaveText([/^From the first/]);
  await other.say('From the second');
  for (const chat of [ada.chat, other]) {
    await expect(chat.messages).toHaveText([/^From the first/, /^From the second/]);
    await expect(chat.standing('From the second', 'Sent')).toBeVisible();
  }
  expect(await stored(ada, id)).toEqual(['From the first', 'From the second']);
});

test('I sign out in one tab, and am signed out in the other', async ({ join, enrol }) => {
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await say(ben, id, 'A secret');
  const second = await ada.context.newPage();
  await Promise.all([ada.page.goto('/'), second.goto(`/#/c/${id}`)]);
  await expect(new Chat(second).message('A secret')).toBeVisible();
  await ada.page.getByRole('button', { name: 'Menu' }).click();
  await ada.page.getByRole('button', { name: 'Sign out' }).click();
  for (const page of [ada.page, second]) {
    await expect(page.getByRole('heading', { name: 'Sign in to Duet' })).toBeVisible();
    await expect(page.getByText('A secret')).toHaveCount(0);
  }
});
