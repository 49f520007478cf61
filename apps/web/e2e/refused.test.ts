import { expectAccessible } from './harness/axe.ts';
import { conversationOf, stored } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { UNREACHABLE } from './harness/trouble.ts';

test.use({ settings: { MESSAGE_MAX_LENGTH: '20' } });

test('The server does not take my message: I see why, and can try again or discard it', async ({
  join,
  enrol,
}) => {
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await ada.page.goto(`/#/c/${id}`);
  await ada.chat.say('This is too long for that server');
  const failed = ada.chat.message('This is too long');
  await expect(ada.chat.standing('This is too long', 'Not sent')).toBeVisible();
  await expect(failed).toContainText('Not sent: the server does not take this text.');

  await failed.getByRole('button', { name: 'Try again' }).click();
  await expect(failed).toContainText('Not sent: the server does not take this text.');
  await ada.chat.say('Short enough');
  await expect(ada.chat.standing('Short enough', 'Sent')).toBeVisible();

  await failed.getByRole('button', { name: 'Discard' }).click();
  await expect(ada.chat.messages).toHaveText([/^Short enough/]);
  await ada.page.reload();
  await expect(ada.chat.messages).toHaveText([/^Short enough/]);
  expect(await stored(ada, id)).toEqual(['Short enough']);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`Nothing keeps me out: a message that was not sent, ${colorScheme}`, async ({ join, enrol }) => {
    const [ada, ben] = await Promise.all([
      join('Ada', { colorScheme, reducedMotion: 'reduce' }),
      enrol('Ben'),
    ]);
    await ada.page.goto(`/#/c/${await conversationOf(ada, ben)}`);
    await ada.chat.say('This is too long for that server');
    await expect(ada.chat.message('This is too long')).toContainText('Not sent: ');
    await expectAccessible(ada.page, 'failed message');
  });
}

test('The server has changed its mind: I try again, and my message is sent once', async ({
  join,
  enrol,
  server,
  trouble,
}) => {
  trouble.expect(UNREACHABLE);
  const [ada, ben] = await Promise.all([join('Ada'), enrol('Ben')]);
  const id = await conversationOf(ada, ben);
  await ada.page.goto(`/#/c/${id}`);
  await ada.chat.say('This is too long for that server');
  const failed = ada.chat.message('This is too long');
  await expect(failed).toContainText('Not sent: the server does not take this text.');

  await server.kill('SIGTERM');
  await expect(ada.chat.connection).toContainText('Duet cannot be reached.');
  await server.revive({ MESSAGE_MAX_LENGTH: '100' });
  await expect(ada.chat.connection).toBeEmpty();
  await failed.getByRole('button', { name: 'Try again' }).click();
  await expect(ada.chat.standing('This is too long', 'Sent')).toBeVisible();
  expect(await stored(ada, id)).toEqual(['This is too long for that server']);
  await server.kill('SIGTERM');
  await server.revive();
});
