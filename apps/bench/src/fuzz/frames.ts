import type { Complain } from './check/answer.ts';
import { asCommand } from './finding.ts';
import type { Sendable } from './generate/frame.ts';
import { hostileScript } from './generate/script.ts';
import { type Random, randomOf } from './random.ts';
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
  const random = randomOf(fuzz.seed, 'session', index);
  const kind = random.below(20);
  if (kind > 15) return bytesAt(fuzz, index, random);
  const { world } = fuzz;
  const pair = world.talkers[index % world.talkers.length] ?? world.talkers[0];
  const sent: Sendable[] = [];
  const sentAsText = () => sent.map(shown).join('\n            ');
  if (kind === 0) {
    const complain = complainer(fuzz, index, 'a handshake', sentAsText);
    await guarded(complain, () => refusedSession(fuzz, index, random, sent, complain));
    return 1;
  }
  const isInbox = random.chance(0.5);
  const complain = complainer(fuzz, index, nameOf(isInbox), sentAsText);
  const session = isInbox ? inboxSession : conversationSession;
  await guarded(complain, () => session(fuzz, pair, index, SESSION, random, sent, complain));
  return SESSION;
}

/** What ws would not send, on sockets of people who also call. */
async function bytesAt(fuzz: Fuzz, index: number, random: Random): Promise<number> {
  const { world, boundMs } = fuzz;
  const isInbox = random.chance(0.5);
  const pair = random.pick(world.callers);
  const script = hostileScript(random, pair);
  const sent = () => asCommand(Buffer.concat([handshake(pair, isInbox), ...script.parts]), world.port);
  const complain = complainer(fuzz, index, `${nameOf(isInbox)}, ${script.where}`, sent);
  await guarded(complain, () => rawSession(world, pair, isInbox, script, random, boundMs, complain));
  return script.frames;
}

function complainer({ findings }: Fuzz, index: number, where: string, sent: () => string): Complain {
  return (oracle, expected, came = 'something else') =>
    findings.add({ oracle, where, case: `session:${index}`, sent: sent(), expected, came });
}

/** A socket that cannot be opened, or is not let go of, is a finding too. */
async function guarded(complain: Complain, session: () => Promise<void>): Promise<void> {
  await session().catch((error: unknown) => complain('a session that failed', 'a session', String(error)));
}

function nameOf(isInbox: boolean): string {
  return isInbox ? 'the inbox' : 'a conversation’s socket';
}

function shown(data: Sendable): string {
  return typeof data === 'string' ? data : `binary ${data.toString('hex')}`;
}
