import type {
  AckEvent,
  ClientEvent,
  DeviceLine,
  FinalMessage,
  FinalView,
  Line,
  SendEvent,
} from '../history/event.ts';

/** What a conversation is when everything is over, by the first of its views; the others are held against it. */
export interface Truth {
  readonly users: readonly [string, string];
  readonly views: readonly FinalView[];
  readonly messages: readonly FinalMessage[];
  readonly bySeq: ReadonlyMap<number, FinalMessage>;
  readonly byMessage: ReadonlyMap<string, readonly FinalMessage[]>;
}

/** A history and how it ended, arranged for the rules. */
export interface Facts {
  readonly devices: ReadonlyMap<string, DeviceLine>;
  /** In the order in which they happened. */
  readonly events: readonly ClientEvent[];
  /** By message, first attempts first. */
  readonly sends: ReadonlyMap<string, readonly SendEvent[]>;
  readonly acks: ReadonlyMap<string, readonly AckEvent[]>;
  readonly truths: ReadonlyMap<string, Truth>;
}

export function factsOf(history: readonly Line[], views: readonly FinalView[]): Facts {
  const devices = new Map<string, DeviceLine>();
  const users = new Map<string, readonly [string, string]>();
  const events: ClientEvent[] = [];
  const sends = new Map<string, SendEvent[]>();
  const acks = new Map<string, AckEvent[]>();
  for (const line of history) {
    if (line.type === 'device') devices.set(line.device, line);
    else if (line.type === 'conversation') users.set(line.conversation, line.users);
    else if (line.type !== 'fault') events.push(line);
    if (line.type === 'send') append(sends, line.message, line);
    if (line.type === 'ack') append(acks, line.message, line);
  }
  const viewsOf = Map.groupBy(views, ({ conversation }) => conversation);
  const truths = new Map<string, Truth>();
  for (const [conversation, both] of users) {
    const own = viewsOf.get(conversation) ?? [];
    const messages = own[0]?.messages ?? [];
    truths.set(conversation, {
      users: both,
      views: own,
      messages,
      bySeq: new Map(messages.map((message) => [message.seq, message])),
      byMessage: Map.groupBy(messages, ({ message }) => message),
    });
  }
  return { devices, events, sends, acks, truths };
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const known = map.get(key);
  if (known) known.push(item);
  else map.set(key, [item]);
}

/** What a conversation is, if it could be read at all; if not, `views differ` says so and nothing else can be said. */
export function truthOf({ truths }: Facts, conversation: string): Truth | undefined {
  const truth = truths.get(conversation);
  return truth && truth.views.length > 0 ? truth : undefined;
}

/** The events of a kind, with their type. */
export function* eventsOf<Type extends ClientEvent['type']>(
  { events }: Facts,
  type: Type,
): Generator<Extract<ClientEvent, { type: Type }>> {
  const is = (event: ClientEvent): event is Extract<ClientEvent, { type: Type }> => event.type === type;
  for (const event of events) if (is(event)) yield event;
}
