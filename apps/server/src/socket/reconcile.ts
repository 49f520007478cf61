import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../domain/context.ts';
import { takePosition } from '../domain/conversations/changes.ts';
import { type Change, findChanges } from '../domain/conversations/find-changes.ts';
import { readLastSeqs } from '../domain/conversations/last-seqs.ts';
import { viewEach } from '../domain/conversations/view-each.ts';
import { refusalOf } from '../domain/error.ts';
import type { Access } from './access.ts';
import type { Hub } from './hub.ts';
import type { SocketMeter } from './meter.ts';
import { Told } from './told.ts';

export interface ReconcilerOptions {
  readonly domain: Context;
  readonly hub: Hub;
  /** What the hub's inboxes were told. */
  readonly told: Told;
  readonly access: Access;
  readonly log: FastifyBaseLogger;
  readonly meter: SocketMeter;
}

/** How often it looks though nobody said that anything was missed. */
const EVERY_MS = 30_000;
const RETRY_MS = { first: 250, most: 10_000 };

/**
 * Makes up for what a bus between nodes lost: whenever something may have been, and every half a minute. Rooms learn how far their conversations go,
 * and read what they did not hear; inboxes are told of the conversations that changed and of which they were not told; and whose access ended is closed.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #unwatch: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #stop = new AbortController();
  /** What it told itself, by conversation and person: the next look finds again what was committed since the position of this one. */
  readonly #madeUp = new Told();
  /** The position of the last time that all went well. */
  #since: string | undefined;
  #hasTurned = false;
  #isWanted = false;
  #isLooking = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#unwatch = options.domain.events.watch(() => this.request());
    this.#timer = setInterval(() => this.request(), EVERY_MS);
    this.request();
  }

  /** Looks, now or, if it is looking, once more after that. */
  request(): void {
    this.#isWanted = true;
    if (!this.#isLooking) void this.#run();
  }

  /** It looks no more; a query under way ends as it may. */
  close(): void {
    this.#unwatch();
    clearInterval(this.#timer);
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    this.#isLooking = true;
    const { signal } = this.#stop;
    let wait = RETRY_MS.first;
    while (this.#isWanted && !signal.aborted) {
      this.#isWanted = false;
      try {
        await this.#reconcile();
        this.#options.meter.reconciled('done');
        wait = RETRY_MS.first;
      } catch (err) {
        if (signal.aborted) break;
        this.#options.meter.reconciled('failed');
        if (!refusalOf(err))
          this.#options.log.error({ err }, 'what may have been missed could not be read and is tried again');
        this.#isWanted = true;
        await sleep(wait, undefined, { signal }).catch(() => {});
        wait = Math.min(wait * 2, RETRY_MS.most);
      }
    }
    this.#isLooking = false;
  }

  /** The position is taken before the data is read, and what is told from before the position on is remembered. */
  async #reconcile(): Promise<void> {
    const { domain, told, access } = this.#options;
    if (!this.#hasTurned) {
      told.turn();
      this.#madeUp.turn();
    }
    this.#hasTurned = true;
    const position = await takePosition(domain);
    await this.#reconcileRooms();
    await access.check();
    if (this.#since !== undefined) await this.#reconcileInboxes(this.#since);
    this.#since = position;
    this.#hasTurned = false;
  }

  async #reconcileRooms(): Promise<void> {
    const { domain, hub } = this.#options;
    for await (const rooms of readLastSeqs(domain, hub.conversationIds)) {
      for (const { conversationId, lastSeq } of rooms) hub.expect(conversationId, lastSeq);
    }
  }

  async #reconcileInboxes(since: string): Promise<void> {
    const { domain, hub, told, log, meter } = this.#options;
    const isNews = ({ userId, conversationId, state }: Change) =>
      !told.knows(conversationId, state) && !this.#madeUp.knows(`${conversationId} ${userId}`, state);
    for await (const changes of findChanges(domain, hub.userIds, since)) {
      const news = changes.filter(isNews);
      meter.madeUp(news.length);
      if (news.length > 0)
        log.warn({ conversations: news.length }, 'inboxes are told what they were not told live');
      const states = new Map(news.map(({ conversationId, state }) => [conversationId, state]));
      for await (const views of viewEach(domain, news)) {
        for (const { userId, conversation } of views) {
          const state = states.get(conversation.id);
          // Its event may have come while the view was read.
          if (state && !told.knows(conversation.id, state))
            hub.tell(userId, { type: 'conversation', conversation });
        }
      }
      for (const { userId, conversationId, state } of news)
        this.#madeUp.remember(`${conversationId} ${userId}`, state);
    }
  }
}
