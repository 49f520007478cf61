import { conversationOf, say } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { A_LOOK, whileTyping } from './harness/typing.ts';

test('I find somebody by name, and we write to each other', async ({ join }) => {
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  await Promise.all([ada.page.goto('/'), ben.page.goto('/')]);

  await ada.page.getByRole('button', { name: 'Find somebody' }).click();
  await ada.page.getByRole('combobox', { name: 'Search people' }).fill(ben.name.slice(0, -1));
  await ada.page.getByRole('option', { name: ben.name, exact: true }).click();
  await expect(ada.chat.field).toBeFocused();
  await ada.chat.say('Are you coming tonight?');

  await ben.chat.open(ada.name);
  await expect(ben.chat.messages).toHaveText([/^Are you coming tonight\?/]);
  await ben.chat.say('At eight');
  await ben.chat.say('Shall I bring something?');
  const all = [/^Are you coming tonight\?/, /^At eight/, /^Shall I bring something\?/];
  await expect(ada.chat.messages).toHaveText(all);
  await expect(ben.chat.messages).toHaveText(all);
});

test('I see that somebody is writing, and that they stopped', async ({ join }) => {
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  const id = await conversationOf(ada, ben);
  let saysSo = () => {};
  const stopped = new Promise<void>((resolve) => (saysSo = resolve));
  ben.page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => String(payload).includes('"typing":false') && saysSo()),
  );
  await Promise.all([ada.page.goto(`/#/c/${id}`), ben.page.goto(`/#/c/${id}`)]);

  const typing = ada.chat.thread.getByText(`${ben.name} is typing`);
  await expect(ada.chat.thread.getByText('online')).toBeVisible();
  await whileTyping(ben.chat.field, () => expect(typing).toBeVisible(A_LOOK));
  await whileTyping(ben.chat.field, () => expect(ada.chat.row(ben.name)).toContainText('typing…', A_LOOK));
  await ben.chat.field.fill('');
  await stopped; // and it is not just over by itself
  await expect(typing).toBeHidden();

  await ben.chat.field.fill('Well');
  await whileTyping(ben.chat.field, () => expect(typing).toBeVisible(A_LOOK));
  await ben.chat.field.press('Enter');
  await expect(ada.chat.message('Well')).toBeVisible();
  await expect(typing).toBeHidden();
});

test('I see that my message was sent, and that it was read once somebody looked at it', async ({ join }) => {
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  const id = await conversationOf(ada, ben);
  await Promise.all([ada.page.goto(`/#/c/${id}`), ben.page.goto('/')]);

  await ada.chat.say('Look at this');
  await expect(ada.chat.standing('Look at this', 'Sent')).toBeVisible();
  await expect(ben.chat.row(ada.name)).toContainText('1 unread');
  await expect(ada.chat.standing('Look at this', 'Sent')).toBeVisible();

  await ben.chat.open(ada.name);
  await expect(ada.chat.standing('Look at this', 'Read')).toBeVisible();
  await expect(ben.chat.row(ada.name)).not.toContainText('unread');
});

test('The list shows who wrote last, how much is unread, and who is there', async ({ join, enrol }) => {
  const [ada, ben, cleo] = await Promise.all([join('Ada'), join('Ben'), enrol('Cleo')]);
  const withBen = await conversationOf(ada, ben);
  const withCleo = await conversationOf(ada, cleo);
  await say(ben, withBen, 'Hello from Ben');
  await say(cleo, withCleo, 'Hello from Cleo');
  await ada.page.goto('/');
  const { rows } = ada.chat;
  await expect(rows).toHaveText([/Hello from Cleo/, /Hello from Ben/]);
  await expect(ada.page).toHaveTitle('(2) Duet');

  await say(ben, withBen, 'And again');
  await expect(rows).toHaveText([/And again/, /Hello from Cleo/]);
  await expect(ada.chat.row(ben.name)).toContainText('2 unread');
  await expect(ada.page).toHaveTitle('(3) Duet');
  await say(cleo, withCleo, 'Me too');
  await expect(rows).toHaveText([/Me too/, /And again/]);

  await expect(ada.chat.row(ben.name).getByRole('img', { name: 'online' })).toBeHidden();
  await ben.page.goto('/');
  await expect(ada.chat.row(ben.name).getByRole('img', { name: 'online' })).toBeVisible();
  await ada.chat.open(ben.name);
  await expect(ada.chat.thread.getByText('online', { exact: true })).toBeVisible();
  await ben.page.close();
  await expect(ada.chat.thread.getByText('last seen')).toBeVisible();
  await expect(ada.chat.row(ben.name).getByRole('img', { name: 'online' })).toBeHidden();
});
