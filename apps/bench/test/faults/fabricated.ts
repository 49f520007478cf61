import fc from 'fast-check';
import type {
  ClientEvent,
  FinalMessage,
  FinalView,
  Line,
  Seen,
  State,
  Untimed,
} from '../../src/faults/history/event.ts';

/** A history that nobody lived through, with its end. */
export interface Fabricated {
  readonly history: Line[];
  readonly views: FinalView[];
}

/** What somebody does in it; numbers are taken modulo what there is. */
interface Step {
  readonly kind: 'send' | 'send again' | 'mark' | 'read' | 'look';
  readonly device: number;
  readonly amount: number;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('send', 'send', 'send again', 'mark', 'read', 'look'),
    device: fc.nat(7),
    amount: fc.nat(20),
  }),
  { minLength: 1, maxLength: 60 },
);

const CONVERSATION = 'conversation';
const USERS = ['ada', 'ben'] as const;
const TRANSPORTS = ['rest', 'plain', 'inbox', 'sdk'] as const;
const DEVICES = USERS.flatMap((user) =>
  TRANSPORTS.map((transport) => ({ device: `${user}-${transport}`, user, transport })),
);

/** Right histories: what servers without a fault would make of some steps. There is a message of ada's to begin with, and a marker of ben's. */
export const rightHistories = steps.map((some) =>
  play([{ kind: 'send', device: 1, amount: 0 }, { kind: 'mark', device: 4, amount: 1 }, ...some]),
);

type Unplaced<E> = E extends ClientEvent ? Omit<E, 'at' | 'device' | 'conversation'> : never;

function play(steps: readonly Step[]): Fabricated {
  const history: Line[] = [{ type: 'conversation', conversation: CONVERSATION, users: USERS }];
  for (const each of DEVICES) history.push({ type: 'device', ...each });
  history.push({ type: 'device', device: 'eve', user: 'eve', transport: 'outsider' });
  const messages: Seen[] = [];
  const reads: [number, number] = [0, 0];
  let at = 0;
  const write = (device: string, event: Unplaced<ClientEvent>) => {
    at += 1;
    history.push({ at, device, conversation: CONVERSATION, ...event });
  };
  const unreadOf = (side: 0 | 1) =>
    messages.filter(({ seq, sender }) => sender !== USERS[side] && seq > reads[side]).length;
  const state = (side?: 0 | 1): State => ({
    last: messages.length,
    reads: [...reads],
    unread: [side === 1 ? null : unreadOf(0), side === 0 ? null : unreadOf(1)],
  });
  const deliver = (seen: Seen) => {
    for (const { device, transport } of DEVICES)
      if (transport !== 'rest')
        write(device, {
          type: 'frame',
          connection: 1,
          ...seen,
          ...(transport === 'inbox' && { state: state() }),
        });
  };
  for (const { kind, device: index, amount } of steps) {
    const by = DEVICES[index % DEVICES.length];
    if (!by) continue;
    const { device, user, transport } = by;
    const side = user === 'ada' ? 0 : 1;
    const connection = transport === 'plain' || transport === 'inbox' ? 1 : undefined;
    const again = messages.filter(({ message }) => message.startsWith(`${device} `)).at(-1);
    if (kind === 'send') {
      const seen = {
        seq: messages.length + 1,
        message: `${device} ${messages.length}`,
        sender: user,
        hash: `h${messages.length}`,
      };
      write(device, { type: 'send', message: seen.message, hash: seen.hash, attempt: 1, connection });
      messages.push(seen);
      deliver(seen);
      write(device, { type: 'ack', message: seen.message, seq: seen.seq });
    } else if (kind === 'send again' && again) {
      const { message, hash, seq } = again;
      write(device, { type: 'send', message, hash, attempt: 2, connection });
      if (connection !== undefined) write(device, { type: 'frame', connection, ...again });
      write(device, { type: 'ack', message, seq, repeated: true });
    } else if (kind === 'mark') {
      const seq = Math.min(amount, messages.length);
      write(device, { type: 'mark', seq });
      reads[side] = Math.max(reads[side], seq);
      write(device, { type: 'marked', seq: reads[side] });
      write(device, { type: 'state', began: at - 1, state: state(side) });
    } else if (kind === 'read') {
      const after = Math.min(amount, messages.length);
      write(device, { type: 'page', began: at, after, end: true, messages: messages.slice(after) });
    } else if (kind === 'look')
      write(device, {
        type: 'state',
        began: at,
        state: state(side),
        ...(transport === 'sdk' && { connection: 1 }),
      });
  }
  for (const { device } of DEVICES)
    write(device, {
      type: 'holds',
      from: 1,
      messages: messages.map(({ message, hash }) => `${message} ${hash}`),
      state: state(),
    });
  const final = messages.map(
    (seen): FinalMessage => ({
      ...seen,
      timestamp: `2026-01-01T00:00:00.${String(seen.seq).padStart(3, '0')}Z`,
      read: seen.seq <= reads[seen.sender === 'ada' ? 1 : 0],
    }),
  );
  const views = ['server 1', 'server 2'].flatMap((node) =>
    USERS.map(
      (user, side): FinalView => ({
        node,
        user,
        conversation: CONVERSATION,
        messages: final.map((message) => ({ ...message })),
        state: state(side === 0 ? 0 : 1),
      }),
    ),
  );
  return { history, views };
}

/** The events of a history, in their order, with what changes them. */
export function edit(
  { history, views }: Fabricated,
  change: (event: ClientEvent) => ClientEvent | ClientEvent[] | undefined,
): Fabricated {
  const edited = history.flatMap((line): Line[] => {
    if (line.type === 'device' || line.type === 'conversation' || line.type === 'fault') return [line];
    const changed = change(line);
    return changed === undefined ? [] : Array.isArray(changed) ? changed : [changed];
  });
  return { history: edited, views };
}

/** Something more that happened at the very end. */
export function add(
  { history, views }: Fabricated,
  ...events: (Untimed<ClientEvent> & { readonly at?: number })[]
): Fabricated {
  const added = events.map((event, i): Line => Object.assign({ at: 10_000 + i }, event));
  return { history: [...history, ...added], views };
}

/** Another end, on one node or on all. */
export function editViews(
  { history, views }: Fabricated,
  change: (view: FinalView) => FinalView,
  only: (view: FinalView) => boolean = () => true,
): Fabricated {
  return { history, views: views.map((view) => (only(view) ? change(view) : view)) };
}

export { CONVERSATION };
