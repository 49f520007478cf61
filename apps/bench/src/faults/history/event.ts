// What a run writes down, one line each, as it happens. Times are milliseconds of one clock since the run began.

export type Transport = 'rest' | 'plain' | 'inbox' | 'sdk' | 'outsider';

/** A device, and whose it is; comes before everything that the device does. */
export interface DeviceLine {
  readonly type: 'device';
  readonly device: string;
  readonly user: string;
  readonly transport: Transport;
}

/** A conversation and its two, the one who opened it first. */
export interface ConversationLine {
  readonly type: 'conversation';
  readonly conversation: string;
  readonly users: readonly [string, string];
}

/** A message as somebody saw it; `hash` is of its content. */
export interface Seen {
  readonly seq: number;
  readonly message: string;
  readonly sender: string;
  readonly hash: string;
}

/** A conversation's state (PROTOCOL 7.3); a reader of REST does not learn how much the other side has not read. */
export interface State {
  readonly last: number;
  readonly reads: readonly [number, number];
  readonly unread: readonly [number | null, number | null];
}

interface Of<Type extends string> {
  readonly type: Type;
  readonly at: number;
  readonly device: string;
  readonly conversation: string;
}

/** A message goes out, for the first time or again. @see `connection`: the socket it goes out on, numbered by device */
export interface SendEvent extends Of<'send'> {
  readonly message: string;
  readonly hash: string;
  readonly attempt: number;
  readonly connection?: number | undefined;
}
/** The server said that it is stored; the SDK does not always say where. */
export interface AckEvent extends Of<'ack'> {
  readonly message: string;
  readonly seq?: number | undefined;
  /** The server said that it had it already. */
  readonly repeated?: boolean | undefined;
}
/** No answer, or one that says to try again: it may be stored or not. */
export interface UnknownEvent extends Of<'unknown'> {
  readonly message: string;
  readonly why: string;
}
/** A message came over a socket, or into the window that the SDK shows. */
export interface FrameEvent extends Of<'frame'>, Seen {
  readonly connection: number;
  readonly state?: State | undefined;
}
/** A page of the history, asked for at `began`; `end`: it was the last one. */
export interface PageEvent extends Of<'page'> {
  readonly began: number;
  readonly after: number;
  readonly end: boolean;
  readonly messages: readonly Seen[];
}
/** A state as REST answered what was asked at `began`, or as it came without being asked for. */
export interface StateEvent extends Of<'state'> {
  readonly began?: number | undefined;
  readonly state: State;
  /** What the SDK shows: `connection` counts its starts. */
  readonly connection?: number | undefined;
}
/** Asks for the marker to be moved. */
export interface MarkEvent extends Of<'mark'> {
  readonly seq: number;
}
/** The server said where the marker is. */
export interface MarkedEvent extends Of<'marked'> {
  readonly seq: number;
}
/** A final answer to something, other than what was asked for. */
export interface RefusedEvent extends Of<'refused'> {
  readonly what: string;
  readonly answer: string;
}
/** An outsider was let in. */
export interface AdmittedEvent extends Of<'admitted'> {
  readonly what: string;
  readonly answer: string;
}
/** What a device holds when everything is quiet: `<message> <hash>` from seq `from` on. */
export interface HoldsEvent extends Of<'holds'> {
  readonly from: number;
  readonly messages: readonly string[];
  /** Undefined where a device keeps none. */
  readonly state?: State | undefined;
}

export type ClientEvent =
  | SendEvent
  | AckEvent
  | UnknownEvent
  | FrameEvent
  | PageEvent
  | StateEvent
  | MarkEvent
  | MarkedEvent
  | RefusedEvent
  | AdmittedEvent
  | HoldsEvent;

/** What the runner did to the deployment. */
export interface FaultEvent {
  readonly type: 'fault';
  readonly at: number;
  readonly kind: string;
  readonly place: string;
}

export type Line = DeviceLine | ConversationLine | ClientEvent | FaultEvent;

/** An event without its time, which the recorder knows. */
export type Untimed<E> = E extends { readonly at: number } ? Omit<E, 'at'> : never;

/** What one participant read on one node when everything was over. */
export interface FinalView {
  readonly node: string;
  readonly user: string;
  readonly conversation: string;
  readonly messages: readonly FinalMessage[];
  readonly state: State;
}
export interface FinalMessage extends Seen {
  readonly timestamp: string;
  readonly read: boolean;
}
