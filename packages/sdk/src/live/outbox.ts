import { DuetError, type DuetErrorCode } from '../error.ts';
import { isStored, type OutboxStorage, type StoredMessage } from './storage.ts';

/** A message on its way. Once it is delivered it is one of the conversation's messages. */
export interface OutgoingMessage {
  readonly message_id: string;
  readonly conversation_id: string;
  readonly content: string;
  /** When it was written, by this device's clock. */
  readonly created_at: string;
  /** `queued`: waits for the connection. `sent`: waits for the server to say that it is stored. `failed`: see `error`. */
  readonly status: 'queued' | 'sent' | 'failed';
  readonly error: DuetErrorCode | undefined;
}

interface Entry {
  message: OutgoingMessage;
  /** Runs while it is sent and not answered. */
  timer: ReturnType<typeof setTimeout> | undefined;
  /** How often it was overdue since it was sent. */
  overdue: number;
  /** Whether the storage does not have it. */
  isUnkept: boolean;
  /** Its place, once the server said that it is stored; it is kept to be shown until it is seen there. */
  seq: number | undefined;
}

const MAX_MESSAGES = 1000;
/** So many are on their way at once: who has written a lot offline does not flood the server with it. */
const MAX_SENT = 50;
const MAX_LENGTH = 10_000;
const STORAGE_MS = 3000;
/** So long a message may go without an answer before somebody asks whether the connection is there. */
const OVERDUE_MS = 5000;

/** What was written and is not delivered yet, oldest first; it outlives connections, and with a storage the page. */
export class Outbox {
  readonly #entries = new Map<string, Entry>();
  readonly #storage: OutboxStorage | undefined;
  readonly #onChange: (conversationId: string) => void;
  readonly #newId: () => string;
  readonly #onOverdue: () => void;
  #userId: string | undefined;
  #isRestored = false;

  constructor(
    storage: OutboxStorage | undefined,
    onChange: (conversationId: string) => void,
    newId: () => string,
    onOverdue: () => void,
  ) {
    this.#storage = storage;
    this.#onChange = onChange;
    this.#newId = newId;
    this.#onOverdue = onOverdue;
    storage?.onLost?.(() => this.#keepAll());
  }

  /** Whether something waits to be stored by the server. */
  get hasUnsent(): boolean {
    return [...this.#entries.values()].some(isUnsent);
  }

  /** How many messages wait that the storage could not keep. */
  get unkept(): number {
    return [...this.#entries.values()].filter((entry) => entry.isUnkept && entry.seq === undefined).length;
  }

  /** @throws DuetError `invalid_request` for what no server takes, `outbox_full` */
  add(conversation_id: string, content: string): OutgoingMessage {
    if (content.trim() === '' || content.length > MAX_LENGTH) {
      throw new DuetError('invalid_request', `A message has 1 to ${MAX_LENGTH} characters, not all blank`);
    }
    if (this.#entries.size >= MAX_MESSAGES) {
      throw new DuetError('outbox_full', 'Too many messages wait already');
    }
    const message: OutgoingMessage = {
      message_id: this.#newId(),
      conversation_id,
      content,
      created_at: new Date().toISOString(),
      status: 'queued',
      error: undefined,
    };
    this.#keep(this.#put(message));
    return message;
  }

  /**
   * It is known who writes: what waits is kept for them, and what they wrote before a reload waits again, before everything else. Nothing is
   * sent until that is known.
   */
  async restore(userId: string): Promise<void> {
    if (this.#userId === userId) return;
    const isAnother = this.#userId !== undefined;
    this.#userId = userId;
    this.#isRestored = false;
    // What another person wrote on this device is not sent in this one's name; it stays in the storage.
    if (isAnother) for (const { message } of [...this.#entries.values()]) this.#forget(message.message_id);
    this.#keepAll();
    const kept = await this.#load();
    if (this.#userId !== userId) return;
    this.#isRestored = true;
    const before = kept.filter(
      ({ sender_id, message_id }) => sender_id === userId && !this.#entries.has(message_id),
    );
    if (before.length === 0) return;
    const waiting = [...this.#entries.values()];
    this.#entries.clear();
    for (const { sender_id: _, ...message } of before)
      this.#put({ ...message, status: 'queued', error: undefined });
    for (const entry of waiting) this.#entries.set(entry.message.message_id, entry);
  }

  /** What the storage has; nothing, if it fails or does not answer, for it must not keep messages from being sent. */
  async #load(): Promise<readonly StoredMessage[]> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<[]>((resolve) => (timer = setTimeout(() => resolve([]), STORAGE_MS)));
    const kept = await Promise.race([this.#try((storage) => storage.load()), late]);
    clearTimeout(timer);
    return Array.isArray(kept) ? kept.filter(isStored) : [];
  }

  /** A storage that fails, in whatever way, does not keep a message from being sent. */
  async #try<T>(act: (storage: OutboxStorage) => Promise<T>): Promise<T | undefined> {
    try {
      return this.#storage && (await act(this.#storage));
    } catch {
      return undefined;
    }
  }

  of(conversationId: string): OutgoingMessage[] {
    const messages = [...this.#entries.values()].map(({ message }) => message);
    return messages.filter(({ conversation_id }) => conversation_id === conversationId);
  }

  /** Sends what is queued, oldest first, as far as there is room. @param send false when the connection does not take it */
  flush(send: (message: OutgoingMessage) => boolean): void {
    if (!this.#isRestored) return;
    let room = MAX_SENT;
    for (const entry of this.#entries.values()) {
      if (!isUnsent(entry)) continue;
      room -= 1;
      if (entry.message.status === 'sent') continue;
      if (room < 0 || !send(entry.message)) return;
      entry.overdue = 0;
      this.#set(entry, { status: 'sent', error: undefined });
    }
  }

  /** The connection is gone: whether what was sent arrived nobody knows, so it is sent again. */
  requeue(): void {
    for (const entry of this.#entries.values()) {
      if (entry.message.status === 'sent' && isUnsent(entry)) this.#set(entry, { status: 'queued' });
    }
  }

  /** The connection is there. What was overdue twice all the same is sent again, which does no harm. */
  pong(): void {
    for (const entry of this.#entries.values()) {
      if (entry.message.status === 'sent' && isUnsent(entry) && entry.overdue >= 2)
        this.#set(entry, { status: 'queued' });
    }
  }

  /** It is stored, and there is no more to send; it is shown until it is in its place. @returns whether that was awaited */
  store(messageId: string, seq: number): boolean {
    const entry = this.#entries.get(messageId);
    if (!entry) return false;
    const isAwaited = isUnsent(entry);
    entry.seq = seq;
    void this.#try((storage) => storage.delete(messageId));
    this.#set(entry, { status: 'sent', error: undefined });
    return isAwaited;
  }

  /** The place of a message that is stored. */
  seqOf(messageId: string): number | undefined {
    return this.#entries.get(messageId)?.seq;
  }

  /** It is in its place, or does not matter any more. */
  deliver(messageId: string): void {
    if (this.#forget(messageId)) void this.#try((storage) => storage.delete(messageId));
  }

  fail(messageId: string, error: DuetErrorCode): void {
    const entry = this.#entries.get(messageId);
    if (entry) this.#set(entry, { status: 'failed', error });
  }

  /** Tries a message again: one that failed, because somebody asks; one that was sent, because the server does. */
  retry(messageId: string): void {
    const entry = this.#entries.get(messageId);
    if (entry) this.#set(entry, { status: 'queued', error: undefined });
  }

  #keepAll(): void {
    for (const entry of this.#entries.values()) if (entry.seq === undefined) this.#keep(entry);
  }

  /** As soon as it is known whose it is. A storage that takes too long has not kept it, until it has. */
  #keep(entry: Entry): void {
    const storage = this.#storage;
    const sender_id = this.#userId;
    if (!storage) return;
    entry.isUnkept ||= sender_id === undefined;
    if (sender_id === undefined) return;
    const { message_id, conversation_id, content, created_at } = entry.message;
    const mark = (isUnkept: boolean) => {
      clearTimeout(timer);
      entry.isUnkept = isUnkept;
      this.#onChange(conversation_id);
    };
    const timer = setTimeout(() => mark(true), STORAGE_MS);
    const put = async () => storage.put({ message_id, conversation_id, sender_id, content, created_at });
    put().then(
      () => mark(false),
      () => mark(true),
    );
  }

  #forget(messageId: string): boolean {
    const entry = this.#entries.get(messageId);
    if (!entry) return false;
    clearTimeout(entry.timer);
    this.#entries.delete(messageId);
    this.#onChange(entry.message.conversation_id);
    return true;
  }

  #put(message: OutgoingMessage): Entry {
    const entry: Entry = { message, timer: undefined, overdue: 0, isUnkept: false, seq: undefined };
    this.#entries.set(message.message_id, entry);
    this.#onChange(message.conversation_id);
    return entry;
  }

  #set(entry: Entry, change: Partial<OutgoingMessage>): void {
    entry.message = { ...entry.message, ...change };
    clearTimeout(entry.timer);
    if (entry.message.status === 'sent' && isUnsent(entry)) this.#await(entry);
    this.#onChange(entry.message.conversation_id);
  }

  /** Each message for itself: answers to later ones are none to this. */
  #await(entry: Entry): void {
    entry.timer = setTimeout(() => {
      entry.overdue += 1;
      this.#await(entry);
      this.#onOverdue();
    }, OVERDUE_MS);
  }
}

/** Whether there is still something to be done for it. */
function isUnsent({ message, seq }: Entry): boolean {
  return message.status !== 'failed' && seq === undefined;
}
