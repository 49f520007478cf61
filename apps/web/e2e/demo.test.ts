import { Chat } from './harness/chat.ts';
import { expect, test } from './harness/test.ts';
import { A_LOOK, whileTyping } from './harness/typing.ts';

test('I try it with two people: one click, both sides are live, and a reload keeps them', async ({
  visit,
}) => {
  const { page } = await visit();
  await page.goto('/');
  await page.getByRole('link', { name: 'Try it with two people' }).click();

  const sides = page
    .getByRole('main')
    .locator('section[aria-label]')
    .filter({ has: page.getByRole('log') });
  const asides = page.getByRole('textbox', { name: 'Message to' });
  await expect(asides).toHaveCount(2);
  const names = await page.getByRole('heading', { name: 'Chats of ' }).allTextContents();
  const [first, second] = names.map(
    (heading) => new Chat(page.getByRole('region', { name: heading.replace('Chats of ', ''), exact: true })),
  );
  if (!first || !second) throw new Error('there are not two sides');
  await expect(sides.first()).toBeVisible();

  await first.say('Hello from the left');
  await expect(second.message('Hello from the left')).toBeVisible();
  await second.field.pressSequentially('Hello');
  await whileTyping(second.field, () => expect(first.thread.getByText('is typing')).toBeVisible(A_LOOK));
  await second.field.press('Enter');
  await expect(first.messages).toHaveText([/^Hello from the left/, /^Hello/]);

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Chats of ' })).toHaveText(names);
  await expect(first.messages).toHaveText([/^Hello from the left/, /^Hello/]);
  await second.say('Still here');
  await expect(first.message('Still here')).toBeVisible();
});

test('I ask for a new pair, and leave', async ({ visit, trouble }) => {
  trouble.expect(/closed before the connection is established/);
  const { page } = await visit();
  await page.goto('/#/demo');
  const headings = page.getByRole('heading', { name: 'Chats of ' });
  await expect(headings).toHaveCount(2);
  const before = await headings.allTextContents();
  await page.getByRole('button', { name: 'New pair' }).click();
  await expect(headings.first()).not.toHaveText(before[0] ?? '');
  await expect(headings).toHaveCount(2);
  await page.getByRole('link', { name: 'Leave' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Duet' })).toBeVisible();
});
