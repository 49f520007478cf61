import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createDuet } from '@duet/sdk';
import type { Page } from '@playwright/test';
import { Chat } from './harness/chat.ts';
import { register } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { UNREACHABLE } from './harness/trouble.ts';
import type { VisitorOptions } from './harness/visitor.ts';
import { NOW, setScene, stage } from './scene.ts';

// The pictures of the app in the documents, taken of the app as it is.

const FOLDER = fileURLToPath(new URL('../screenshots/', import.meta.url));
const MOST_BYTES = 150_000;
const WIDE = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 };
const NARROW = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.75 };

test.use({ trace: 'off' });
test.describe.configure({ mode: 'serial' });

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  const path = `${FOLDER}${name}.png`;
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  expect(statSync(path).size, `${name}.png, in bytes`).toBeLessThan(MOST_BYTES);
}

test('somebody at work: wide, dark, narrow, offline', async ({ visit, server, trouble }) => {
  trouble.expect(UNREACHABLE);
  const { session, ...me } = await register(server.url, 'Lena');
  const scene = await setScene(server.url, { ...me, session });
  const online = ['Jonas', 'Amara', 'Priya'].map((name) => {
    const duet = createDuet({
      url: server.url,
      getToken: () => scene.friends.get(name)?.session.access ?? null,
    });
    duet.live.connect();
    return duet;
  });
  const arrive = async (at: string, look: VisitorOptions) => {
    const visitor = await visit({ ...look, session });
    await scene.stage(visitor.page);
    await visitor.page.goto(at);
    await expect(visitor.chat.rows.getByRole('img', { name: 'online' })).toHaveCount(online.length);
    return visitor;
  };
  const open = `/#/c/${scene.openId}`;

  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, chat } = await arrive(open, { ...WIDE, colorScheme });
    await expect(chat.message('Then lunch is on you')).toBeInViewport();
    online[0]?.live.conversation(scene.openId).setTyping(true);
    await expect(chat.thread.getByText('is typing')).toBeVisible();
    await take(page, colorScheme);
    online[0]?.live.conversation(scene.openId).setTyping(false);
  }

  const phone = await arrive('/', NARROW);
  await take(phone.page, 'narrow-list');
  await phone.chat.open('Jonas');
  await expect(phone.chat.message('Then lunch is on you')).toBeInViewport();
  await take(phone.page, 'narrow');

  const train = await arrive(open, WIDE);
  await expect(train.chat.message('Then lunch is on you')).toBeInViewport();
  await train.leaveNetwork();
  await train.chat.say('In a tunnel now, back in ten minutes.');
  await train.chat.say('Ask them for a proof, please.');
  await expect(train.chat.connection).toContainText('2 messages will be sent');
  await take(train.page, 'offline');
  for (const { live } of online) live.close();
});

test('two guests', async ({ visit }) => {
  const { page } = await visit({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 });
  // The same two every time.
  await page.addInitScript(() => {
    let seed = 11;
    Math.random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
  });
  await stage(page, () => NOW.toISOString());
  await page.goto('/#/demo');
  const headings = page.getByRole('heading', { name: 'Chats of ' });
  await expect(headings).toHaveCount(2);
  const [first, second] = (await headings.allTextContents()).map(
    (heading) => new Chat(page.getByRole('region', { name: heading.replace('Chats of ', ''), exact: true })),
  );
  if (!first || !second) throw new Error('there are not two sides');
  for (const [who, text] of [
    [first, 'Hello! Is this really live?'],
    [second, 'As live as it gets: two clients in one page.'],
    [second, 'You see that I read this, and when I write.'],
    [first, 'And when the network goes?'],
    [second, 'Then what you write waits, and arrives once and in order.'],
    [first, 'Nice. Let me pull the plug…'],
  ] as const) {
    await who.say(text);
    await expect(first.message(text)).toBeVisible();
    await expect(second.message(text)).toBeVisible();
  }
  await expect(first.standing('pull the plug', 'Read')).toBeVisible();
  await second.field.pressSequentially('Go ahead');
  await expect(first.thread.getByText('is typing')).toBeVisible();
  await take(page, 'two');
});
