import type { InboxFrame } from '@duet/contract';
import type { Complain } from '../check/answer.ts';
import { createDue, type Due } from '../check/frames.ts';
import { inboxFrame, type Sendable, type Talk } from '../generate/frame.ts';
import type { Random } from '../random.ts';
import type { Fuzz } from '../requests.ts';
import type { Pair } from '../world.ts';
import { type FuzzSocket, openInboxSocket } from './socket.ts';

/** Two people's inboxes; one of them says whatever comes to mind. */
export async function inboxSession(
  { world, boundMs }: Fuzz,
  pair: Pair,
  index: number,
  count: number,
  random: Random,
  sent: Sendable[],
  complain: Complain,
): Promise<void> {
  const { a: me, b: other, conversationId } = pair;
  const [mine, others] = await Promise.all(
    [me, other].map(({ token }) => openInboxSocket(world, token, boundMs, complain)),
  );
  if (!mine || !others) throw new Error('a socket is missing');
  const say = (data: Sendable) => {
    sent.push(data);
    mine.send(data);
  };
  try {
    say('{"type":"sync"}');
    await mine.until('synced', () => countOf(mine, 'synced') === 1);
    await others.until('ready', () => countOf(others, 'ready') === 1);
    const cursor = mine.frames.find((frame) => frame.type === 'synced')?.cursor;
    const used: string[] = [];
    const talk: Talk = { world, me, conversationId, used, cursor, index };
    const due = createDue(talk);
    const expected = new Map<Due, number>([
      ['ready', 1],
      ['synced', 1],
    ]);
    for (let i = 1; i < count; i += 1) {
      // The last one is answered when all before it are.
      const data = i === count - 1 ? '{"type":"ping"}' : await inboxFrame(talk, random);
      const answer = due.inInbox(data);
      expected.set(answer, (expected.get(answer) ?? 0) + 1);
      const id = typeof data === 'string' && /"message_id":"([\da-f-]{36})"/.exec(data)?.[1];
      if (id) used.push(id);
      say(data);
    }
    expected.delete(undefined);
    // A message may be heard again, and a marker that moved is heard as it moves: those two may be more.
    const missing = () => [...expected].filter(([type, times]) => countOf(mine, type) < times);
    await mine.until(`an answer to every frame, ${[...expected].join(' ')}`, () => missing().length === 0);
    const exact: Due[] = ['error', 'pong', 'synced', 'ready'];
    for (const type of exact) {
      const wanted = expected.get(type) ?? 0;
      if (countOf(mine, type) !== wanted)
        complain(`another number of ${type}`, `${wanted}`, `${countOf(mine, type)}`);
    }
    for (const frame of mine.frames)
      if (frame.type === 'error' && frame.code === 'internal')
        complain('a fault of the server', 'any code but internal');
    if (countOf(others, 'error') > 0) complain('an error of somebody else’s', 'no error');
  } catch (error) {
    complain('no answer to a frame', String(error), JSON.stringify(tally(mine)));
  }
  await Promise.all([mine.end(random.below(3)), others.end(random.below(3))]);
}

function countOf({ frames }: FuzzSocket<InboxFrame>, type: Due): number {
  return frames.filter((frame) => frame.type === type).length;
}

function tally({ frames }: FuzzSocket<InboxFrame>): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(frames, ({ type }) => type)].map(([type, all]) => [type, all.length]),
  );
}
