import type { Message, OutgoingMessage } from '@duet/sdk';

/** Where one of my messages stands. */
export type Standing = 'waiting' | 'sending' | 'sent' | 'read' | 'failed';

/** A message as a row shows it; the same object as long as nothing of the message changed. */
export interface ShownMessage {
  readonly id: string;
  /** Its place, once it has one. */
  readonly seq: number | undefined;
  readonly content: string;
  readonly at: Date;
  readonly isMine: boolean;
  /** Of my own messages. */
  readonly standing: Standing | undefined;
  readonly error: OutgoingMessage['error'];
}

/** How high a row is depends on its message and on what comes after it: older ones in front of it must not move what is seen. */
export interface Row {
  readonly message: ShownMessage;
  /** It is the first of all. */
  readonly isFirst: boolean;
  /** The day that begins with the message after it. */
  readonly nextDay: Date | undefined;
  /** It is the first that is new to the reader. */
  readonly startsNew: boolean;
  /** It is the first, or the last, of what one person wrote in one go. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
}

/** A pause after which what somebody writes is a new thought. */
const PAUSE_MS = 5 * 60_000;

/**
 * The rows of a conversation: its messages, then what is on its way.
 * @param me whose rows these are
 * @param readSeq how far they had read when something new came; undefined while nothing is new
 */
export function rowsOf(
  messages: readonly Message[],
  outgoing: readonly OutgoingMessage[],
  me: string,
  readSeq: number | undefined,
): Row[] {
  const shown = [...messages.map((message) => shownMessage(message, me)), ...outgoing.map(shownOutgoing)];
  // While the first one is further back than what is loaded, it is not known which it is.
  const isKnown = readSeq !== undefined && (messages[0]?.seq ?? 1) <= readSeq + 1;
  const firstNew = isKnown
    ? shown.findIndex(({ seq, isMine }) => seq !== undefined && seq > readSeq && !isMine)
    : -1;
  const starts = shown.map((message, index) => {
    const before = shown[index - 1];
    const startsDay = !before || dayOf(before) !== dayOf(message);
    const startsNew = index === firstNew;
    return { startsDay, startsNew, startsGroup: startsDay || startsNew || isApart(before, message) };
  });
  return shown.map((message, index) => ({
    message,
    isFirst: index === 0 && (message.seq ?? 1) === 1,
    nextDay: starts[index + 1]?.startsDay ? shown[index + 1]?.at : undefined,
    startsNew: starts[index]?.startsNew ?? false,
    startsGroup: starts[index]?.startsGroup ?? true,
    endsGroup: starts[index + 1]?.startsGroup ?? true,
  }));
}

function isApart(before: ShownMessage | undefined, message: ShownMessage): boolean {
  return !before || before.isMine !== message.isMine || message.at.getTime() - before.at.getTime() > PAUSE_MS;
}

const shownMessages = new WeakMap<Message | OutgoingMessage, ShownMessage>();

function shownMessage(message: Message, me: string): ShownMessage {
  const isMine = message.sender.id === me;
  const known = shownMessages.get(message);
  if (known?.isMine === isMine) return known;
  const shown: ShownMessage = {
    id: message.message_id,
    seq: message.seq,
    content: message.content,
    at: new Date(message.timestamp),
    isMine,
    standing: isMine ? (message.read ? 'read' : 'sent') : undefined,
    error: undefined,
  };
  shownMessages.set(message, shown);
  return shown;
}

const standings = { queued: 'waiting', sent: 'sending', failed: 'failed' } as const;

function shownOutgoing(message: OutgoingMessage): ShownMessage {
  const shown = shownMessages.get(message) ?? {
    id: message.message_id,
    seq: undefined,
    content: message.content,
    at: new Date(message.created_at),
    isMine: true,
    standing: standings[message.status],
    error: message.error,
  };
  shownMessages.set(message, shown);
  return shown;
}

const days = new WeakMap<ShownMessage, number>();

/** The day of a message, as the reader's clock has it. */
function dayOf(message: ShownMessage): number {
  const known = days.get(message);
  if (known !== undefined) return known;
  const day = message.at.getFullYear() * 372 + message.at.getMonth() * 31 + message.at.getDate();
  days.set(message, day);
  return day;
}
