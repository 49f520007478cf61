import { conversationOf, stored } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { UNREACHABLE } from './harness/trouble.ts';

test('I reload before my message is sent: it is still there, and is sent once', async ({ join, trouble }) => {
  trouble.expect(UNREACHABLE);
  const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
  const id = await conversationOf(ada, ben);
  let isShut = false;
  await ada.page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    if (isShut) void socket.close();
    else socket.connectToServer();
  });
  await Promise.all([ada.page.goto(`/#/c/${id}`), ben.page.goto(`/#/c/${id}`)]);
  await ada.chat.say('Before');
  await expect(ben.chat.message('Before')).toBeVisible();

  // The page can be had, but no socket to send over.
  isShut = true;
  ada.wire.snap();
  await ada.chat.say('Not sent yet');
  await expect(ada.chat.standing('Not sent yet', 'Waiting to be sent')).toBeVisible();
  await ada.page.reload();
  await expect(ada.chat.standing('Not sent yet', 'Waiting to be sent')).toBeVisible();
  expect(await stored(ada, id)).toEqual(['Before']);

  isShut = false;
  await ada.page.reload();
  await expect(ada.chat.standing('Not sent yet', 'Read')).toBeVisible();
  await expect(ben.chat.messages).toHaveText([/^Before/, /^Not sent yet/]);
  await ada.page.reload();
  await expect(ada.chat.messages).toHaveText([/^Before/, /^Not sent yet/]);
  expect(await stored(ada, id)).toEqual(['Before', 'Not sent yet']);
});

test('What I began to write is there after a reload, in its own conversation', async ({ join, enrol }) => {
  const [ada, ben, cleo] = await Promise.all([join('Ada'), enrol('Ben'), enrol('Cleo')]);
  await conversationOf(ada, cleo);
  const id = await conversationOf(ada, ben);
  await ada.page.goto(`/#/c/${id}`);
  await ada.chat.field.fill('I wanted to say');
  await ada.page.reload();
  await expect(ada.chat.field).toHaveValue('I wanted to say');
  await ada.chat.open(cleo.name);
  await expect(ada.chat.field).toHaveValue('');
  await ada.chat.open(ben.name);
  await expect(ada.chat.field).toHaveValue('I wanted to say');
  await ada.chat.field.press('Enter');
  await expect(ada.chat.message('I wanted to say')).toBeVisible();
  await ada.page.reload();
  await expect(ada.chat.field).toHaveValue('');
  await expect(ada.chat.messages).toHaveCount(1);
});
