import { expectNoSidewaysScroll } from './harness/layout.ts';
import { conversationOf, nameLike, register, say } from './harness/people.ts';
import { expect, test } from './harness/test.ts';

const OVERRIDE = '\u202e';
const HOSTILE = [
  '<img src=x onerror="alert(1)">',
  '<script>alert(2)</script>',
  '"><svg onload=alert(3)>',
  'javascript:alert(4)',
  '[a link](javascript:alert(5)) data:text/html,<script>alert(6)</script>',
  '{{constructor.constructor("alert(7)")()}} <%= alert(8) %>',
  '&lt;b&gt; &amp; \\u003cb\\u003e',
];

test('Whatever somebody writes is shown as text, and nothing of it runs', async ({ join, server }) => {
  const ada = await join('Ada');
  const eve = await register(server.url, nameLike('<img src=x onerror=alert(9)>'));
  const id = await conversationOf(ada, eve);
  await say(eve, id, ...HOSTILE);
  await ada.page.goto('/');
  await expect(ada.chat.row(eve.name)).toContainText(HOSTILE.at(-1) ?? '');
  await ada.chat.open(eve.name);
  await expect(ada.chat.messages).toHaveCount(HOSTILE.length);
  for (const text of HOSTILE) await expect(ada.chat.message(text)).toBeVisible();
  await expect(ada.chat.thread.getByRole('heading', { name: eve.name })).toBeVisible();
  await ada.chat.say(HOSTILE[0] ?? '');
  await expect(ada.chat.message(HOSTILE[0] ?? '')).toHaveCount(2);

  // Nothing but what the app itself is made of.
  await expect(ada.chat.log.locator('img, script, svg[onload], iframe')).toHaveCount(0);
  await expect(ada.page.locator('[onerror], [onload]')).toHaveCount(0);
  await expect(ada.chat.log.getByRole('link')).toHaveCount(0);
});

test('Links lead to the web and nowhere else, and the page behind them does not get hold of mine', async ({
  join,
  enrol,
}) => {
  const [ada, eve] = await Promise.all([join('Ada'), enrol('Eve')]);
  const id = await conversationOf(ada, eve);
  await say(
    eve,
    id,
    'See https://example.com/a?b=c&d="onclick=alert(1)", http://example.org and www.example.net',
    'javascript:alert(1) vbscript:x file:///etc/passwd ftp://example.com data:text/html,x //example.com/x mailto:a@example.com',
  );
  await ada.page.goto(`/#/c/${id}`);
  const links = ada.chat.log.getByRole('link');
  await expect(links.first()).toBeVisible();
  const found = await links.evaluateAll((all) =>
    all.map((link) => [link.getAttribute('href'), link.getAttribute('target'), link.getAttribute('rel')]),
  );
  expect(found.map(([href]) => href)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^https:\/\/example\.com\/a/), 'http://example.org']),
  );
  for (const [href, target, rel] of found) {
    expect(href).toMatch(/^https?:\/\//);
    expect(target).toBe('_blank');
    expect(rel?.split(' ')).toContain('noopener');
  }
  await expect(ada.page.locator('a[href^="javascript:"], a[href^="data:"], a[href^="file:"]')).toHaveCount(0);
});

test('Very long words and turned text stay in their place', async ({ join, server }) => {
  const ada = await join('Ada', { viewport: { width: 390, height: 844 } });
  const eve = await register(server.url, nameLike(`${OVERRIDE}eve${'x'.repeat(40)}`));
  const id = await conversationOf(ada, eve);
  const long = ['w'.repeat(3000), `https://example.com/${'a'.repeat(1000)}`, '👩‍👩‍👧‍👦'.repeat(100)];
  await say(eve, id, ...long, `${OVERRIDE}gnp.exe`);
  await ada.page.goto('/');
  await expect(ada.chat.rows).toHaveCount(1);
  await expectNoSidewaysScroll(ada.page);
  await ada.chat.rows.click();
  await expect(ada.chat.message('www')).toBeVisible();
  await expectNoSidewaysScroll(ada.page);
  await ada.chat.say('That is long');
  await expect(ada.chat.message('https://example.com')).toBeVisible();
  await expectNoSidewaysScroll(ada.page);

  // What turns its own text turns nothing beside it: the hour still reads from left to right.
  const turned = ada.chat.message('gnp.exe').getByRole('time');
  const isInOrder = await turned.evaluate((element) => {
    const edge = (at: number) => {
      const range = document.createRange();
      range.setStart(element.firstChild ?? element, at);
      range.setEnd(element.firstChild ?? element, at + 1);
      return range.getBoundingClientRect().left;
    };
    return edge(0) < edge(1);
  });
  expect(isInOrder).toBe(true);
});
