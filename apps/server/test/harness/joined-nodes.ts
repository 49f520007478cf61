import {
  type BusChange,
  type DomainEvent,
  type EventListener,
  type Events,
  type Topic,
  topicsOf,
} from '../../src/events/events.ts';

/** How long an event is on its way, and how long it takes until a topic is followed. */
const ON_THE_WAY_MS = 5;

interface Joined {
  readonly listeners: Set<EventListener>;
  readonly watchers: Set<(change: BusChange) => void>;
  readonly followed: Map<object, Topic>;
}

/** Several nodes in one process, on a bus that is as slow, and as bad, as a test wants it; in the time of fake timers. */
export class JoinedNodes {
  readonly #nodes = new Map<string, Joined>();
  /** Whether an event does not come through to a node. */
  loses: (event: DomainEvent, from: string, to: string) => boolean = () => false;
  /** How many events crossed. */
  crossed = 0;

  join(node: string): Events {
    const joined: Joined = { listeners: new Set(), watchers: new Set(), followed: new Map() };
    this.#nodes.set(node, joined);
    return {
      node,
      publish: (events) => {
        for (const listener of joined.listeners) listener(events, node);
        if (!this.#nodes.has(node)) return;
        for (const to of this.#nodes.keys()) if (to !== node) this.#send(events, node, to);
      },
      subscribe: (listener) => {
        joined.listeners.add(listener);
        return () => joined.listeners.delete(listener);
      },
      follow: (topic) => {
        const following = {};
        let ended = false;
        const active = new Promise<void>((resolve) => setTimeout(resolve, ON_THE_WAY_MS)).then(() => {
          if (!ended) joined.followed.set(following, topic);
        });
        return {
          active,
          end: () => {
            ended = true;
            joined.followed.delete(following);
          },
        };
      },
      watch: (listener) => {
        joined.watchers.add(listener);
        return () => joined.watchers.delete(listener);
      },
      close: async () => this.gone(node),
    };
  }

  /** From now on nothing comes from this node, and nobody was told. */
  kill(node: string): void {
    this.#nodes.delete(node);
  }

  /** The others hear that this node is no more. */
  gone(node: string): void {
    this.kill(node);
    for (const other of this.#nodes.keys()) this.tell(other, { type: 'node_gone', node });
  }

  tell(node: string, change: BusChange): void {
    for (const watcher of this.#nodes.get(node)?.watchers ?? []) watcher(change);
  }

  /** What this node wants to hear of. */
  followedBy(node: string): Topic[] {
    return [...new Set(this.#nodes.get(node)?.followed.values())].sort();
  }

  #send(events: readonly DomainEvent[], from: string, to: string): void {
    const sent = events.filter((event) => !this.loses(event, from, to));
    setTimeout(() => {
      const node = this.#nodes.get(to);
      if (!node) return;
      const followed = new Set(node.followed.values());
      const concerns = (topics: readonly Topic[]) =>
        topics.length === 0 || topics.some((topic) => followed.has(topic));
      const heard = sent.filter((event) => concerns(topicsOf(event)));
      if (heard.length === 0) return;
      this.crossed += heard.length;
      for (const listener of node.listeners) listener(heard, from);
    }, ON_THE_WAY_MS);
  }
}
