import { expectNoSidewaysScroll } from './harness/layout.ts';
import { conversationOf, say } from './harness/people.ts';
import { expect, type Person, test } from './harness/test.ts';

const LONG =
  'Somebody wrote https://example.com/a/very/long/address/that/has/no/place/to/break and went on and on';

async function withConversation(ada: Person, ben: Parameters<typeof conversationOf>[0]): Promise<string> {
  const id = await conversationOf(ada, ben);
  await say(ben, id, 'Hello', LONG);
  await say(ada, id, LONG);
  return id;
}

for (const [width, height] of [
  [320, 568],
  [390, 844],
] as const) {
  test(`On a phone of ${width} by ${height} I go from the list to a conversation and back`, async ({
    join,
    enrol,
  }) => {
    const [ada, ben] = await Promise.all([join('Ada', { viewport: { width, height } }), enrol('Benjamin')]);
    await withConversation(ada, ben);
    await ada.page.goto('/');
    await expect(ada.chat.rows).toHaveCount(1);
    await expect(ada.page.getByText('Choose a conversation')).toBeHidden();
    await expectNoSidewaysScroll(ada.page);

    await ada.chat.open(ben.name);
    await expect(ada.chat.messages).toHaveCount(3);
    await expect(ada.chat.conversations).toBeHidden();
    await expect(ada.chat.field).toBeInViewport({ ratio: 1 });
    await expectNoSidewaysScroll(ada.page);
    // However much is written, there is room for what it answers.
    await ada.chat.field.fill(`${LONG}\n`.repeat(20));
    await expect(ada.page.getByRole('button', { name: 'Send' })).toBeInViewport({ ratio: 1 });
    expect((await ada.chat.log.boundingBox())?.height).toBeGreaterThan(height / 3);
    await expectNoSidewaysScroll(ada.page);

    await ada.chat.back.click();
    await expect(ada.chat.row(ben.name)).toBeVisible();
    await expect(ada.chat.log).toBeHidden();
    await ada.page.goBack();
    await expect(ada.chat.log).toBeVisible();
    await ada.chat.back.click();

    await ada.page.getByRole('button', { name: 'Search people' }).click();
    await expect(ada.page.getByRole('option').first()).toBeVisible();
    await expectNoSidewaysScroll(ada.page);
    await ada.page.getByRole('button', { name: 'Back to conversations' }).click();
    await ada.page.getByRole('button', { name: 'Menu' }).click();
    await expect(ada.page.getByRole('dialog', { name: 'Menu' })).toBeInViewport({ ratio: 1 });
    await expectNoSidewaysScroll(ada.page);
  });

  test(`On a phone of ${width} by ${height} the way in and the two guests fit`, async ({ visit }) => {
    const { page } = await visit({ viewport: { width, height } });
    await page.goto('/');
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
    await expectNoSidewaysScroll(page);
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByRole('button', { name: 'Create account' }).click();
    await expectNoSidewaysScroll(page);
    await page.getByRole('link', { name: 'Try it with two people' }).click();
    await expect(page.getByRole('textbox', { name: 'Message to' }).first()).toBeInViewport({ ratio: 1 });
    await expectNoSidewaysScroll(page);
  });
}

test('On a phone of 320 by 568 I look at one guest at a time', async ({ visit }) => {
  const { page } = await visit({ viewport: { width: 320, height: 568 } });
  await page.goto('/#/demo');
  const fields = page.getByRole('textbox', { name: 'Message to' });
  await expect(fields).toHaveCount(1);
  await fields.fill('Hello');
  await fields.press('Enter');
  await page.getByRole('button', { name: 'Second' }).click();
  await expect(page.getByRole('article').filter({ hasText: 'Hello', visible: true })).toHaveCount(1);
  await expect(fields).toHaveCount(1);
});

test('On a wide screen the list and the conversation are beside each other', async ({ join, enrol }) => {
  const [ada, ben] = await Promise.all([
    join('Ada', { viewport: { width: 1280, height: 800 } }),
    enrol('Ben'),
  ]);
  await withConversation(ada, ben);
  await ada.page.goto('/');
  await expect(ada.page.getByText('Choose a conversation')).toBeVisible();
  await ada.chat.open(ben.name);
  await expect(ada.chat.messages).toHaveCount(3);
  await expect(ada.chat.row(ben.name)).toBeVisible();
  await expect(ada.chat.row(ben.name)).toHaveAttribute('aria-current', 'page');
  await expect(ada.chat.back).toBeHidden();
  await expectNoSidewaysScroll(ada.page);
});
