import { PATIENCE_MS } from '@duet/testing/wait';
import { Chat } from './harness/chat.ts';
import { LAN_NAME } from './harness/chromium.ts';
import { conversationOf, say } from './harness/people.ts';
import { expect, test } from './harness/test.ts';

test.use({ settings: { ACCESS_TOKEN_SECONDS: '5' } });

test('I have three tabs on plain http, where there are no Web Locks: none signs the others out', async ({
  join,
  enrol,
  trouble,
}) => {
  trouble.expect(/status of 401 /); // a slow machine may be late to renew it
  trouble.expect(/Cross-Origin-Opener-Policy|Origin-Agent-Cluster/); // headers that plain http does without
  const [ada, ben] = await Promise.all([join('Ada', { host: LAN_NAME }), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  const used: (string | null)[] = [];
  const answers: number[] = [];
  ada.context.on('response', (response) => {
    if (!response.url().endsWith('/api/auth/token/refresh/')) return;
    used.push(response.request().postData());
    answers.push(response.status());
  });
  const pages = [ada.page, await ada.context.newPage(), await ada.context.newPage()];
  await Promise.all(pages.map((page) => page.goto(`/#/c/${id}`)));
  expect(await ada.page.evaluate(() => [isSecureContext, 'locks' in navigator])).toEqual([false, false]);

  await expect.poll(() => answers.length, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(8);
  await say(ben, id, 'Are you there?');
  for (const page of pages) {
    const chat = new Chat(page);
    await expect(chat.message('Are you there?')).toBeVisible();
    await expect(chat.connection).toBeEmpty();
  }
  // The server forgives what is used twice within 10 s, as long as the answers come in order.
  expect(new Set(used).size).toBe(used.length);
  expect(new Set(answers)).toEqual(new Set([200]));
});
