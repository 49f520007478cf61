import { Arrivals } from './arrivals.ts';
import type { Bus, BusLog } from './bus.ts';
import {
  type BusChange,
  type DomainEvent,
  type EventListener,
  type Events,
  type Following,
  type Topic,
  topicsOf,
} from './events.ts';
import { Liveness } from './liveness.ts';
import type { BusMeter } from './meter.ts';
import { decodeNote, type EventNote, encodeEvent, encodeNodeNote, type LoadCommitted } from './notes.ts';

interface Followed extends Following {
  followers: number;
}

/** Events of one of several nodes, over any bus. */
export class NodeEvents implements Events {
  readonly node: string;
  readonly #bus: Bus;
  readonly #log: BusLog;
  readonly #meter: BusMeter;
  readonly #listeners = new Set<EventListener>();
  readonly #watchers = new Set<(change: BusChange) => void>();
  readonly #followed = new Map<Topic, Followed>();
  readonly #arrivals: Arrivals;
  readonly #liveness: Liveness;
  /** Events were kept from the bus, for nobody was there to hear them. */
  #wasAlone = false;

  /** @param load reads the messages that other nodes only name */
  constructor(bus: Bus, load: LoadCommitted, log: BusLog, meter: BusMeter) {
    this.node = bus.node;
    this.#bus = bus;
    this.#log = log;
    this.#meter = meter;
    meter.state(false, 0);
    const missed = () => this.#tell({ type: 'missed' });
    this.#arrivals = new Arrivals({
      load,
      deliver: (events, node) => this.#deliver(events, node),
      missed,
      log,
    });
    const beat = () => bus.publish([encodeNodeNote('alive')]);
    this.#liveness = new Liveness({
      beat,
      isWell: () => {
        const isWell = bus.check();
        meter.state(isWell, this.#liveness.nodes);
        return isWell;
      },
      onGone: (node) => this.#tell({ type: 'node_gone', node }),
      onBack: missed,
      onAlone: () => log.info({}, 'no other node is heard: events stay here until one is'),
    });
    const opened = () => {
      meter.state(true, this.#liveness.nodes);
      beat();
    };
    bus.start({ opened, hear: (node, texts) => this.#hear(node, texts), missed });
  }

  publish(events: readonly DomainEvent[]): void {
    this.#deliver(events, this.node);
    if (this.#liveness.isAlone) this.#wasAlone ||= events.length > 0;
    else {
      this.#meter.published(events.length);
      this.#bus.publish(events.map(encodeEvent));
    }
  }

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  follow(topic: Topic): Following {
    const followed = this.#followed.get(topic) ?? this.#begin(topic);
    followed.followers += 1;
    let ended = false;
    return {
      active: followed.active,
      end: () => {
        if (ended) return;
        ended = true;
        followed.followers -= 1;
        if (followed.followers === 0) followed.end();
      },
    };
  }

  watch(listener: (change: BusChange) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  async close(): Promise<void> {
    this.#liveness.close();
    this.#arrivals.close();
    this.#listeners.clear();
    this.#watchers.clear();
    this.#bus.publish([encodeNodeNote('gone')]);
    await this.#bus.close();
  }

  #begin(topic: Topic): Followed {
    const { active, end } = this.#bus.follow(topic);
    const followed: Followed = {
      followers: 0,
      active,
      end: () => {
        this.#followed.delete(topic);
        end();
      },
    };
    this.#followed.set(topic, followed);
    return followed;
  }

  #hear(node: string, texts: readonly string[]): void {
    // Whatever it says: a node may be killed before its first beat is heard here, but not without having said anything that matters.
    this.#meter.heard(texts.length);
    this.#liveness.alive(node);
    if (this.#wasAlone) {
      this.#wasAlone = false;
      this.#bus.publish([encodeNodeNote('lost')]);
    }
    const notes: EventNote[] = [];
    for (const text of texts) {
      const note = decodeNote(text);
      if (note === undefined || note.type === 'alive') continue;
      if (note.type === 'gone') this.#liveness.left(node);
      else if (note.type === 'lost') this.#tell({ type: 'missed' });
      else if (this.#concerns(topicsOf(note))) notes.push(note);
    }
    if (notes.length > 0) this.#arrivals.push(node, notes);
  }

  #concerns(topics: readonly Topic[]): boolean {
    return topics.length === 0 || topics.some((topic) => this.#followed.has(topic));
  }

  #deliver(events: readonly DomainEvent[], node: string): void {
    for (const listener of this.#listeners) listener(events, node);
  }

  #tell(change: BusChange): void {
    if (change.type === 'missed') this.#meter.missed();
    this.#log.info(
      change,
      change.type === 'missed' ? 'events of other nodes may have been missed' : 'a node is gone',
    );
    for (const watcher of this.#watchers) watcher(change);
  }
}
