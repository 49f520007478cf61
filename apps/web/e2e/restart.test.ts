import { conversationOf, stored } from './harness/people.ts';
import { expect, test } from './harness/test.ts';
import { UNREACHABLE } from './harness/trouble.ts';

for (const [signal, how] of [
  ['SIGTERM', 'is restarted'],
  ['SIGKILL', 'dies and comes back'],
] as const) {
  test(`The server ${how} under an open chat: I am told, and nothing is lost or doubled`, async ({
    join,
    server,
    trouble,
  }) => {
    trouble.expect(UNREACHABLE);
    const [ada, ben] = await Promise.all([join('Ada'), join('Ben')]);
    const id = await conversationOf(ada, ben);
    await Promise.all([ada.page.goto(`/#/c/${id}`), ben.page.goto(`/#/c/${id}`)]);
    await ada.chat.say('Before');
    await expect(ben.chat.message('Before')).toBeVisible();

    // What is on its way when it goes may have been stored or not.
    await ada.chat.say('Just then');
    await server.kill(signal);
    await expect(ada.chat.connection).toContainText('Duet cannot be reached.');
    await ada.chat.say('Meanwhile');
    await expect(ada.chat.standing('Meanwhile', 'Waiting to be sent')).toBeVisible();
    await expect(ada.chat.connection).toContainText('will be sent when it is back.');

    await server.revive();
    await expect(ada.chat.connection).toBeEmpty();
    await expect(ben.chat.connection).toBeEmpty();
    await ben.chat.say('After');
    const all = ['Before', 'Just then', 'Meanwhile', 'After'];
    for (const { chat } of [ada, ben])
      await expect(chat.messages).toHaveText(all.map((text) => new RegExp(`^${text}`)));
    expect(await stored(ada, id)).toEqual(all);
  });
}
