import type { Page } from '@playwright/test';
import { type Account, conversationOf, register } from './harness/people.ts';

/** When all of this is, in the eyes of whoever sees it. */
export const NOW = new Date('2026-06-12T14:32:00+02:00');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

type Line = readonly [who: 'me' | 'them', agoMinutes: number, text: string];

const TALKS: Readonly<Record<string, readonly Line[]>> = {
  Nadia: [
    ['them', (3 * DAY) / MINUTE, 'The photos from the opening are on the shared drive.'],
    ['me', (3 * DAY) / MINUTE - 6, 'Lovely ones! Thank you, Nadia'],
  ],
  Theo: [['them', DAY / MINUTE + 70, 'Train gets in at 9:40, I will walk from there.']],
  Priya: [
    ['me', DAY / MINUTE + 12, 'Did the new chairs arrive?'],
    ['them', 190, 'All twelve, and they even match.'],
  ],
  Sofia: [
    ['them', 58, 'I moved our call to Monday at ten. Does that still work for you?'],
    ['them', 57, 'Otherwise Tuesday is free, too.'],
  ],
  Jonas: [
    ['them', DAY / MINUTE + 25, 'The printer needs the final file by Friday noon.'],
    ['me', DAY / MINUTE + 21, 'That is tomorrow! I will have the cover ready tonight.'],
    ['them', 46, 'Morning! Did you get to the cover?'],
    ['me', 43, 'Yes. Two versions, same colours:\nhttps://example.com/covers/harbour'],
    ['me', 42, 'The second one has more air around the title.'],
    ['them', 31, 'Second one, without a doubt. The boat was a bit much in the first.'],
    ['me', 30, 'Poor boat.'],
    ['them', 12, 'Can we make the year a little smaller?'],
    ['me', 9, 'Done, and exported with three millimetres of bleed.'],
    ['them', 4, 'Perfect. Sending it to the printer now 🚀'],
    ['me', 2, 'Then lunch is on you.'],
  ],
  Amara: [['them', 1, 'Are you at the studio? I am downstairs with coffee ☕']],
};

export interface Scene {
  readonly friends: ReadonlyMap<string, Account>;
  /** The conversation that is open, with Jonas. */
  readonly openId: string;
  /** Shows all of it to a page at the hours at which it was said. */
  stage(page: Page): Promise<void>;
}

/** A small working day, said to the server. */
export async function setScene(serverUrl: string, me: Account): Promise<Scene> {
  const friends = new Map<string, Account>();
  const hours = new Map<string, string>();
  let openId = '';
  for (const [name, lines] of Object.entries(TALKS)) {
    const friend = await register(serverUrl, name);
    friends.set(name, friend);
    const conversation_id = await conversationOf(me, friend);
    if (name === 'Jonas') openId = conversation_id;
    for (const [who, agoMinutes, content] of lines) {
      const { rest } = who === 'me' ? me : friend;
      const { seq, timestamp } = await rest.messages.send({ conversation_id, content });
      hours.set(timestamp, new Date(NOW.getTime() - agoMinutes * MINUTE).toISOString());
      const hasRead = who === 'me' ? friend : ['Sofia', 'Amara'].includes(name) ? undefined : me;
      await hasRead?.rest.conversations.markRead({ conversation_id, seq });
    }
  }

  return { friends, openId, stage: (page) => stage(page, (timestamp) => hours.get(timestamp) ?? timestamp) };
}

/** Shows a page everything at other hours than those at which it was said. */
export async function stage(page: Page, hourOf: (timestamp: string) => string): Promise<void> {
  const inTime = (text: string) =>
    text.replaceAll(/"timestamp":"([^"]*)"/g, (_, timestamp: string) => `"timestamp":"${hourOf(timestamp)}"`);
  await page.clock.setFixedTime(NOW);
  await page.route(/\/api\/chat\//, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: inTime(await response.text()) });
  });
  await page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    socket.connectToServer().onMessage((frame) => socket.send(inTime(String(frame))));
  });
}
