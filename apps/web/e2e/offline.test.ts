import { conversationOf, say, stored } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { UNREACHABLE } from './harness/trouble.ts';

const WRITTEN = ['One', 'Two', 'Three', 'Four', 'Five'];
const asRows = (texts: readonly string[]) => texts.map((text) => new RegExp(`^${text}`));

test('What I write offline waits where I see it, and arrives once and in order when I am back', async ({
  join,
  trouble,
}) => {
  trouble.expect(UNREACHABLE);
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  const id = await conversationOf(ada, ben);
  await say(ben, id, 'Before');
  await Promise.all([ada.page.goto(`/#/c/${id}`), ben.page.goto(`/#/c/${id}`)]);
  await expect(ada.chat.message('Before')).toBeVisible();
  await expect(ben.chat.message('Before')).toBeVisible();

  await ada.leaveNetwork();
  for (const text of WRITTEN) await ada.chat.say(text);
  for (const text of WRITTEN) await expect(ada.chat.standing(text, 'Waiting to be sent')).toBeVisible();
  await expect(ada.chat.connection).toHaveText('You are offline. 5 messages will be sent when you are back.');
  await say(ben, id, 'Meanwhile');
  await expect(ben.chat.message('Meanwhile')).toBeVisible();
  await expect(ben.chat.message('One')).toBeHidden();

  await ada.returnToNetwork();
  const all = ['Before', 'Meanwhile', ...WRITTEN];
  await expect(ben.chat.messages).toHaveText(asRows(all));
  await expect(ada.chat.messages).toHaveText(asRows(all));
  for (const text of WRITTEN) await expect(ada.chat.standing(text, 'Read')).toBeVisible();
  await expect(ada.chat.connection).toBeEmpty();
  expect(await stored(ada, id)).toEqual(all);
});

test('My connection is cut while we write, again and again, and nothing is lost or doubled', async ({
  join,
  trouble,
}) => {
  trouble.expect(UNREACHABLE);
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  const id = await conversationOf(ada, ben);
  await Promise.all([ada.page.goto(`/#/c/${id}`), ben.page.goto(`/#/c/${id}`)]);
  const said: string[] = [];
  for (const text of WRITTEN) {
    await ada.chat.say(text);
    ada.wire.snap();
    await ben.chat.say(`${text} to you`);
    said.push(text, `${text} to you`);
  }
  await expect(ada.chat.messages).toHaveCount(said.length);
  await expect(ada.chat.messages.getByRole('img', { name: 'Waiting to be sent' })).toHaveCount(0);
  const all = await stored(ada, id);
  expect([...all].sort()).toEqual([...said].sort());
  for (const own of [WRITTEN, WRITTEN.map((text) => `${text} to you`)])
    expect(all.filter((text) => own.includes(text))).toEqual(own);
  await expect(ada.chat.messages).toHaveText(asRows(all));
  await expect(ben.chat.messages).toHaveText(asRows(all));
});

test('I am told that Duet cannot be reached, and try again when I want to', async ({ join, trouble }) => {
  trouble.expect(UNREACHABLE);
  const ada = await join('Ada');
  await ada.page.goto('/');
  await expect(ada.page.getByText('No conversations yet')).toBeVisible();
  ada.wire.cut();
  await expect(ada.chat.connection).toContainText('Duet cannot be reached.');
  ada.wire.mend();
  await ada.chat.connection.getByRole('button', { name: 'Try now' }).click();
  await expect(ada.chat.connection).toBeEmpty();
});
