import type { Complain } from './check/answer.ts';
import { asCommand } from './finding.ts';
import type { Sendable } from './generate/frame.ts';
import { hostileScript } from './generate/script.ts';
import { randomOf } from './random.ts';
import type { Fuzz } from './requests.ts';
import { conversationSession } from './sessions/conversation.ts';
import { inboxSession } from './sessions/inbox.ts';
import { refusedSession } from './sessions/odd-token.ts';
import { handshake, rawSession } from './sessions/raw.ts';

/** How many pairs talk at once; each session of a pair begins when the one before is over. */
export const TALKERS = 16;
/** Frames of a session that says something. */
const SESSION = 40;

/** How far the frames have come: numbers of sessions, and of the frames that they sent. */
export interface Progress {
  readonly next: number[];
  sent: number;
}

export function startOfFrames(): Progress {
  return { next: Array.from({ length: TALKERS }, (_, i) => i), sent: 0 };
}

/** Holds sessions until so many frames were sent, in all. */
export async function fuzzFrames(fuzz: Fuzz, progress: Progress, until: number): Promise<void> {
  const work = async (talker: number) => {
    while (progress.sent < until) {
      const index = progress.next[talker] ?? talker;
      progress.next[talker] = index + TALKERS;
      const count = await sessionAt(fuzz, index);
      progress.sent += count;
    }
  };
  await Promise.all(Array.from({ length: TALKERS }, (_, i) => work(i)));
}

/** The session of this number, from its seed alone. @returns how many frames were sent */
export async function sessionAt(fuzz: Fuzz, index: number): Promise<number> {
  const { world, seed, findings, boundMs } = fuzz;
  const random = randomOf(seed, 'session', index);
  const pair = world.talkers[index % world.talkers.length] ?? world.talkers[0];
  const sent: Sendable[] = [];
  let where = '';
  const complain: Complain = (oracle, expected) =>
    findings.add({
      oracle,
      where,
      case: `session:${index}`,
      sent: sent.map(shown).join('\n            '),
      expected,
      came: 'see expected',
    });
  const kind = random.below(20);
  if (kind === 0) {
    where = 'a handshake';
    await refusedSession(fuzz, index, random, sent, complain);
    return 1;
  }
  if (kind < 16) {
    const isInbox = random.chance(0.5);
    where = isInbox ? 'the inbox' : 'a conversation’s socket';
    const session = isInbox ? inboxSession : conversationSession;
    await session(fuzz, pair, index, SESSION, random, sent, complain);
    return SESSION;
  }
  const isInbox = random.chance(0.5);
  const of = random.pick(world.callers);
  const script = hostileScript(random, of);
  where = `${isInbox ? 'the inbox' : 'a conversation’s socket'}, ${script.where}`;
  const asBytes: Complain = (oracle, expected) =>
    findings.add({
      oracle,
      where,
      case: `session:${index}`,
      sent: asCommand(Buffer.concat([handshake(of, isInbox), ...script.parts]), world.port),
      expected,
      came: 'see expected',
    });
  await rawSession(world, of, isInbox, script, random, boundMs, asBytes);
  return script.frames;
}

function shown(data: Sendable): string {
  return typeof data === 'string' ? data : `binary ${data.toString('hex')}`;
}
