import { PATIENCE_MS } from '@duet/testing/wait';
import { conversationOf, say, signIn, stored } from './harness/people.ts';
import { expect, test } from './harness/test.ts';

test.use({ settings: { ACCESS_TOKEN_SECONDS: '5' } });

test('We go on writing when the time of my token is over', async ({ join, server, trouble }) => {
  trouble.expect(/status of 401 /); // a slow machine may be late to renew it
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  const id = await conversationOf(ada, ben);
  await Promise.all([ada.page.goto(`/#/c/${id}`), ben.page.goto(`/#/c/${id}`)]);
  await ada.chat.say('With the first token');
  await expect(ben.chat.message('With the first token')).toBeVisible();

  for (const which of ['second', 'third']) {
    await ada.page.waitForResponse(/\/api\/auth\/token\/refresh\/$/, { timeout: PATIENCE_MS });
    await ada.chat.say(`With the ${which} token`);
    await ben.chat.say(`I have the ${which}, too`);
  }
  const all = ['first token', 'second token', 'the second, too', 'third token', 'the third, too'];
  for (const { chat } of [ada, ben])
    await expect(chat.messages).toHaveText(all.map((text) => new RegExp(text)));
  await expect(ada.chat.connection).toBeEmpty();
  expect(await stored(await signIn(server.url, ada.name), id)).toHaveLength(all.length);
});

test('My session is ended elsewhere: I am told, and asked to sign in again', async ({ join, trouble }) => {
  trouble.expect(/status of 401 /);
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  const id = await conversationOf(ada, ben);
  await say(ben, id, 'Hello');
  await ada.page.goto(`/#/c/${id}`);
  await expect(ada.chat.message('Hello')).toBeVisible();
  // In turn with the app itself, which may be about to renew it.
  await ada.page.evaluate(async () => {
    await navigator.locks.request('duet-session', async () => {
      const { refresh } = JSON.parse(localStorage.getItem('duet-session') ?? '{}');
      const body = JSON.stringify({ refresh });
      const headers = { 'content-type': 'application/json' };
      await fetch('/api/auth/logout/', { method: 'POST', headers, body });
    });
  });

  await expect(ada.chat.connection).toContainText('This session is over.');
  await expect(ada.chat.message('Hello')).toBeVisible();
  await ada.chat.connection.getByRole('button', { name: 'Sign in again' }).click();
  await expect(ada.page.getByRole('heading', { name: 'Sign in to Duet' })).toBeVisible();
  await expect(ada.chat.log).toBeHidden();
});
