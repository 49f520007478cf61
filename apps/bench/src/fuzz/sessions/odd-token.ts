import { WebSocket } from 'ws';
import type { Complain } from '../check/answer.ts';
import type { Sendable } from '../generate/frame.ts';
import { oddToken } from '../generate/tokens.ts';
import type { Random } from '../random.ts';
import type { Fuzz } from '../requests.ts';
import { bounded } from '../wire/bounded.ts';
import type { World } from '../world.ts';

const CODES = [4401, 4403, 4404];

/** A handshake for a conversation of others, or with a token that does not hold: it is completed, and closed for a reason (PROTOCOL 4.1). */
export async function refusedSession(
  { world, boundMs }: Fuzz,
  index: number,
  random: Random,
  sent: Sendable[],
  complain: Complain,
): Promise<void> {
  const url = await refusedUrl(world, index, random);
  sent.push(url);
  const ws = new WebSocket(url);
  let said = '';
  ws.on('message', (data) => (said += data.toString()));
  const closed = new Promise<number>((resolve, reject) => ws.once('close', resolve).once('error', reject));
  try {
    const code = await bounded('the close', boundMs, closed);
    if (!CODES.includes(code)) complain('another end of a handshake', CODES.join(' or '), String(code));
  } catch (error) {
    complain('another end of a handshake', CODES.join(' or '), String(error));
    ws.terminate();
  }
  if (said) complain('a frame for somebody who was refused', 'nothing', said);
}

async function refusedUrl(world: World, index: number, random: Random): Promise<string> {
  const base = `ws://127.0.0.1:${world.port}/ws/chat/`;
  const { a, conversationId } = random.pick(world.callers);
  if (random.chance(0.5))
    return `${base}${conversationId}/?token=${encodeURIComponent(await oddToken(world, random, `ws-${index}`))}`;
  const id = random.pick([
    world.victims.conversationId,
    random.uuid(),
    'x',
    '%00',
    '%',
    '..%2f',
    'x'.repeat(5000),
  ]);
  return `${base}${id}/?token=${a.token}`;
}
