import { conversationOf, say } from './harness/people.ts';
import { expect, test } from './harness/test.ts';

test('What comes while I look elsewhere stays unread until I am back', async ({ join }) => {
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  const id = await conversationOf(ada, ben);
  await say(ben, id, 'Earlier');
  await ada.page.goto(`/#/c/${id}`);
  await expect(ada.chat.message('Earlier')).toBeVisible();
  await expect(ada.page).toHaveTitle('Duet');

  await ada.lookAway();
  await say(ben, id, 'Later');
  await expect(ada.page).toHaveTitle('(1) Duet');
  await expect(ada.chat.message('Later')).toBeVisible();
  await expect(ada.chat.log.getByText('New messages')).toBeVisible();

  await ada.lookBack();
  await expect(ada.page).toHaveTitle('Duet');
});
