import {
  CONVERSATION_SOCKET_PATH,
  type Conversation,
  INBOX_SOCKET_PATH,
  INBOX_SUBPROTOCOL,
  type Message,
  operations,
  type ServerFrame,
  serverFrame,
} from '@duet/contract';
import type { ClientOptions } from 'ws';
import { NotApplicable, parse } from './check.ts';
import type { Deadline } from './deadline.ts';
import { type Inbox, isAbout, nextOf, readInboxFrame } from './inbox.ts';
import type { People, Person } from './people/people.ts';
import { type Answer, createRequest, type Request } from './wire/http.ts';
import { openSocket, type Socket } from './wire/socket.ts';
import type { Target } from './wire/target.ts';

export const CONVERSATIONS = operations.conversations.list.path;
export const ME = operations.users.me.path;

export type Plain = Socket<ServerFrame>;

/**
 * A conversation that is this case’s alone while it runs. It may have been another’s before: it goes up to `last`, and both have read all of it.
 * Ada is its `user1`; Eve is not in it.
 */
export interface Chat {
  readonly ada: Person;
  readonly ben: Person;
  readonly eve: Person;
  readonly id: string;
  readonly last: number;
}

export interface InboxOptions {
  readonly protocols?: readonly string[];
  readonly query?: string;
  readonly options?: ClientOptions;
  /** Hears of every conversation, and not only of the case’s own; for people who are this case’s alone. */
  readonly everything?: boolean;
}

/** What a case has to find something out with. */
export interface Context {
  readonly people: People;
  readonly patienceMs: number;
  readonly request: Request;
  /** @throws NotApplicable where local accounts are off */
  needAccounts(): Promise<void>;
  /** Once in a case. */
  chat(): Promise<Chat>;
  get(person: Person, path: string): Promise<Answer>;
  post(person: Person, path: string, json: unknown): Promise<Answer>;
  open(person: Person, other: Person): Promise<Conversation>;
  conversation(person: Person, id: string): Promise<Conversation>;
  send(person: Person, id: string, content: string, message_id?: string): Promise<Message>;
  markRead(person: Person, id: string, seq: number): Promise<Conversation>;
  /** What is in a conversation after a seq, oldest first: every page. */
  history(person: Person, id: string, after?: number): Promise<Message[]>;
  /** A socket on a path, query included. */
  socket(path: string, options?: ClientOptions): Promise<Plain>;
  /** Somebody’s socket on a conversation. */
  plain(person: Person, id: string): Promise<Plain>;
  /** A `duet.v1` socket before anybody said who it is. */
  rawInbox(options?: InboxOptions): Promise<Inbox>;
  /** Somebody’s inbox, `ready`. */
  inbox(person: Person, options?: InboxOptions): Promise<Inbox>;
}

export interface ContextOptions {
  readonly target: Target;
  readonly people: People;
  readonly deadline: Deadline;
  readonly hasAccounts: boolean;
  /** Is called when the case is over. */
  readonly atEnd: (release: () => void) => void;
}

const MAX_SEQ = 2_147_483_647;

export function createContext({ target, people, deadline, hasAccounts, atEnd }: ContextOptions): Context {
  const { patienceMs } = target;
  const request = createRequest(target, deadline);
  const get = (person: Person, path: string) => request('GET', path, { token: person.token });
  const post = (person: Person, path: string, json: unknown) =>
    request('POST', path, { token: person.token, json });
  const { open, get: read, markRead } = operations.conversations;
  const { send, list } = operations.messages;
  let own: { id: string; last: number } | undefined;

  const t: Context = {
    people: {
      // Waiting for others, or because registering is limited, is not the case’s own time.
      trio: () => deadline.during(people.trio()),
      others: (count, besides) => deadline.during(people.others(count, besides)),
      fresh: () => deadline.during(people.fresh()),
      mint: people.mint,
    },
    patienceMs,
    request,
    needAccounts: async () => {
      if (!hasAccounts) throw new NotApplicable('local accounts are off');
    },
    chat: async () => {
      const trio = await t.people.trio();
      atEnd(trio.release);
      const [one, other, eve] = trio.people;
      const { id, user1 } = await t.open(one, other);
      const [ada, ben] = user1.id === one.id ? [one, other] : [other, one];
      const { last_seq } = await t.markRead(ada, id, MAX_SEQ);
      if (last_seq > 0) await t.markRead(ben, id, MAX_SEQ);
      own = { id, last: last_seq };
      return { ada, ben, eve, id, last: last_seq };
    },
    get,
    post,
    open: async (person, { id }) => (await post(person, open.path, { target_user_id: id })).as(open.output),
    conversation: async (person, id) => (await get(person, at(read.path, id))).as(read.output),
    send: async (person, id, content, message_id) =>
      (await post(person, at(send.path, id), { content, message_id })).as(send.output),
    markRead: async (person, id, seq) =>
      (await post(person, at(markRead.path, id), { seq })).as(markRead.output),
    history: async (person, id, after = 0) => {
      const found: Message[] = [];
      let url: string | null = `${at(list.path, id)}?order=asc&limit=100&after=${after}`;
      while (url !== null && !deadline.signal.aborted) {
        const page: { next: string | null; results: Message[] } = (await get(person, url)).as(list.output);
        found.push(...page.results);
        url = page.next;
      }
      return found;
    },
    socket: (path, options) =>
      openSocket({
        url: target.next() + path,
        read: (value) => parse('a frame without a subprotocol', serverFrame, value),
        patienceMs,
        deadline,
        ...(options && { options }),
      }),
    plain: (person, id) => t.socket(`${at(CONVERSATION_SOCKET_PATH, id)}?token=${person.token}`),
    rawInbox: ({ protocols = [], query = '', options, everything = false } = {}) =>
      openSocket({
        url: target.next() + INBOX_SOCKET_PATH + query,
        protocols: [INBOX_SUBPROTOCOL, ...protocols],
        read: (value) => {
          const frame = readInboxFrame(value);
          return frame && (everything || isAbout(frame, own)) ? frame : undefined;
        },
        patienceMs,
        deadline,
        ...(options && { options }),
      }),
    inbox: async (person, options) => {
      const inbox = await t.rawInbox(options);
      inbox.send({ type: 'auth', token: person.token });
      await nextOf(inbox, 'ready');
      return inbox;
    },
  };
  return t;
}

/** The path of an operation, or of a socket, for a conversation. */
export function at(path: string, id: string): string {
  return path.replace(/\{\w+\}/, id);
}

/** `from`, `from + 1` … `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
