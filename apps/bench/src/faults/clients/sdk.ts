import {
  createDuet,
  type Duet,
  type OutboxStorage,
  type StoredMessage,
  type ThreadSnapshot,
} from '@duet/sdk';
import { contentOf } from './outbox.ts';
import { startMarking, startPace } from './pace.ts';
import { type Device, hashOf, type Me, record, seenOf, stateOf } from './world.ts';

const MAX_WAITING = 20;
const TIMEOUT_MS = 4000;
/** Now and then the app is closed and opened again, with nothing but its outbox. */
const RELOAD_MS = { least: 30_000, most: 90_000 };

/** A device that is the SDK, as an app uses it; it reaches the servers through the balancer. */
export function startSdkDevice(me: Me): Device {
  const stored = new Map<string, StoredMessage>();
  let started = 0;
  let written = 0;
  let app = start();
  let reloading: NodeJS.Timeout | undefined;
  reloadLater();

  function start() {
    started += 1;
    const duet = createDuet({
      url: `http://127.0.0.1:${me.world.balancerPort}`,
      getToken: () => me.token,
      userId: me.user,
      outbox: storageOf(me, stored, (conversation, message) => app.seqOf(conversation, message)),
      timeoutMs: TIMEOUT_MS,
    });
    return watch(me, duet, started);
  }
  function reloadLater() {
    reloading = setTimeout(
      () => {
        if (me.world.isSending) {
          app.close();
          app = start();
        }
        reloadLater();
      },
      me.random.between(RELOAD_MS.least, RELOAD_MS.most),
    );
  }

  const pace = startPace(me, () => {
    if (stored.size >= MAX_WAITING) return false;
    written += 1;
    const { id } = me.random.pick(me.conversations);
    const content = contentOf(me, written);
    const { message_id: message } = app.duet.live.conversation(id).send(content);
    record(me, { type: 'send', conversation: id, message, hash: hashOf(content), attempt: 1 });
    return true;
  });
  const tailOf = (id: string) => app.tailOf(id);
  const marking = startMarking(me, tailOf, (id, seq) => {
    record(me, { type: 'mark', conversation: id, seq });
    app.duet.live.conversation(id).markRead(seq);
  });
  return {
    me,
    pending: () => stored.size,
    tailOf,
    stateOf: (id) => app.stateOf(id),
    nudge: () => app.duet.live.connect(),
    finish: async () => {
      clearTimeout(reloading);
      pace.stop();
      marking.stop();
      app.hold();
      app.close();
    },
  };
}

/** One start of the app: everything that it comes to show is written down, once. */
function watch(me: Me, duet: Duet, connection: number) {
  const tails = new Map<string, number>();
  const threads = new Map(me.conversations.map(({ id }) => [id, duet.live.conversation(id)]));
  let shown = '';

  const look = (id: string, { messages, conversation, error }: ThreadSnapshot) => {
    const tail = tails.get(id) ?? 0;
    let first = messages.length;
    while (first > 0 && (messages[first - 1]?.seq ?? 0) > tail) first -= 1;
    for (const message of messages.slice(first))
      record(me, { type: 'frame', conversation: id, connection, ...seenOf(message) });
    tails.set(id, messages.at(-1)?.seq ?? tail);
    if (error?.recovery === 'final')
      record(me, { type: 'refused', conversation: id, what: 'thread', answer: error.code });
    if (!conversation) return;
    const state = stateOf(conversation, me.user);
    const now = `${id} ${JSON.stringify(state)}`;
    if (now === shown) return;
    shown = now;
    record(me, { type: 'state', conversation: id, connection, state });
  };
  const ends = [...threads].map(([id, thread]) => thread.subscribe(() => look(id, thread.get())));
  let connects = 0;
  const endStatus = duet.live.connection.subscribe(() => {
    if (duet.live.connection.get().status !== 'connecting') return;
    connects += 1;
    if (connects > 1) me.world.counts.reconnections += 1;
  });
  duet.live.connect();
  return {
    duet,
    tailOf: (id: string) => (threads.get(id)?.get().isSynced ? (tails.get(id) ?? 0) : 0),
    stateOf: (id: string) => {
      const { conversation } = threads.get(id)?.get() ?? {};
      return conversation && stateOf(conversation, me.user);
    },
    seqOf: (id: string, message: string) =>
      threads
        .get(id)
        ?.get()
        .messages.findLast(({ message_id }) => message_id === message)?.seq,
    hold: () => {
      for (const [id, thread] of threads) {
        const { messages, conversation } = thread.get();
        record(me, {
          type: 'holds',
          conversation: id,
          from: messages[0]?.seq ?? 1,
          messages: messages.map(({ message_id, content }) => `${message_id} ${hashOf(content)}`),
          state: conversation && stateOf(conversation, me.user),
        });
      }
    },
    close: () => {
      for (const end of [...ends, endStatus]) end();
      duet.live.close();
    },
  };
}

/** An outbox that outlives the app; a message that leaves it is stored on the server. */
function storageOf(
  me: Me,
  stored: Map<string, StoredMessage>,
  seqOf: (conversation: string, message: string) => number | undefined,
): OutboxStorage {
  return {
    load: async () => [...stored.values()],
    put: async (message) => void stored.set(message.message_id, message),
    delete: async (message) => {
      const conversation = stored.get(message)?.conversation_id;
      if (!stored.delete(message) || conversation === undefined) return;
      record(me, { type: 'ack', conversation, message, seq: seqOf(conversation, message) });
    },
  };
}
