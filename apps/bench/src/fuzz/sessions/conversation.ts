import type { ServerFrame } from '@duet/contract';
import type { Complain } from '../check/answer.ts';
import { createDue } from '../check/frames.ts';
import { conversationFrame, type Sendable } from '../generate/frame.ts';
import type { Random } from '../random.ts';
import type { Fuzz } from '../requests.ts';
import type { Pair } from '../world.ts';
import { openConversationSocket } from './socket.ts';

/** Both sides of a conversation, each on its plain socket; one of them says whatever comes to mind. */
export async function conversationSession(
  { world, boundMs }: Fuzz,
  pair: Pair,
  index: number,
  count: number,
  random: Random,
  sent: Sendable[],
  complain: Complain,
): Promise<void> {
  const { a: me, b: other, conversationId } = pair;
  const open = (token: string) =>
    openConversationSocket(world, token, conversationId, random.chance(0.5), boundMs, complain);
  const [mine, others] = await Promise.all([open(me.token), open(other.token)]);
  const used: string[] = [];
  const talk = { world, me, conversationId, used, cursor: undefined, index };
  const due = createDue(talk);
  const last = random.uuid();
  let errors = 0;
  let messages = 0;
  for (let i = 0; i < count; i += 1) {
    const isLast = i === count - 1;
    const data = isLast
      ? JSON.stringify({ message: 'that is all', message_id: last })
      : await conversationFrame(talk, random);
    if (due.inConversation(data) === 'error') errors += 1;
    else messages += 1;
    const id = typeof data === 'string' && /"message_id":"([\da-f-]{36})"/.exec(data)?.[1];
    if (id) used.push(id);
    sent.push(data);
    mine.send(data);
  }
  const tally = (frames: readonly ServerFrame[], type: ServerFrame['type']) =>
    frames.filter((frame) => frame.type === type).length;
  const isLast = (frame: ServerFrame) => frame.type === 'chat_message' && frame.message_id === last;
  try {
    await mine.until(
      'an answer to every frame',
      () => tally(mine.frames, 'error') >= errors && tally(mine.frames, 'chat_message') >= messages,
    );
    await others.until('the last message', () => others.frames.some(isLast));
  } catch (error) {
    complain('no answer to a frame', `${errors} errors and ${messages} messages`, String(error));
  }
  const came = [tally(mine.frames, 'error'), tally(mine.frames, 'chat_message')];
  if (came[0] !== errors || came[1] !== messages)
    complain('another answer to a frame', `${errors} errors and ${messages} messages`, came.join(' and '));
  if (tally(others.frames, 'error') > 0) complain('an error of somebody else’s', 'only chat_message');
  checkCodes(mine.frames, complain);
  checkOrder(others.frames, complain);
  await Promise.all([mine.end(random.below(3)), others.end(random.below(3))]);
}

const CODES = new Set(['invalid_frame', 'invalid_request', 'conflict']);

function checkCodes(frames: readonly ServerFrame[], complain: Complain): void {
  for (const frame of frames)
    if (frame.type === 'error' && !CODES.has(frame.code))
      complain(`an error ${frame.code}`, [...CODES].join(' or '));
}

/** Ascending, without holes (PROTOCOL 4.4). */
function checkOrder(frames: readonly ServerFrame[], complain: Complain): void {
  const seqs = frames.flatMap((frame) => (frame.type === 'chat_message' ? frame.seq : []));
  const [first = 0] = seqs;
  if (seqs.some((seq, i) => seq !== first + i))
    complain('messages out of order', `${first}, ${first + 1} …`, seqs.join());
}
