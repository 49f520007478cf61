import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Conversation, ConversationState, InboxFrame, Message } from '../../src/index.ts';
import { Inbox } from '../../src/live/inbox.ts';
import { needOf, type Thread, withConversation, withMessages, withWatch } from '../../src/live/thread.ts';

// Whatever comes, in whatever order, how often ever, and whatever does not come: once what is missing has been read, a thread is what a
// fresh snapshot would make it (PROTOCOL 7.3, 7.7). The model is a server: a log, and the state after each of its entries.

const ada = { id: 'ada', username: 'ada', display_name: 'ada' };
const ben = { id: 'ben', username: 'ben', display_name: 'ben' };
type Act = { readonly type: 'send' | 'read'; readonly by: 0 | 1 };

/** A conversation on the server, and everything it ever said of it. */
function serve(acts: readonly Act[]) {
  const messages: Message[] = [];
  const states: ConversationState[] = [{ last_seq: 0, read_seqs: [0, 0], unread_counts: [0, 0] }];
  const frames: InboxFrame[] = [];
  for (const { type, by } of acts) {
    const before = states.at(-1) as ConversationState;
    const sender = by === 0 ? ada : ben;
    if (type === 'send') {
      const seq = before.last_seq + 1;
      const unread_counts: [number, number] = [...before.unread_counts];
      unread_counts[1 - by] = (unread_counts[1 - by] ?? 0) + 1;
      const state = { ...before, last_seq: seq, unread_counts };
      const timestamp = `2026-01-01T00:00:00.${String(seq).padStart(3, '0')}Z`;
      const ids = { message_id: `m${seq}`, conversation_id: 'c', seq, timestamp };
      messages.push({ ...ids, sender, content: `${seq}`, read: false });
      states.push(state);
      const from = {
        sender_id: sender.id,
        sender_username: sender.username,
        sender_display_name: sender.display_name,
      };
      frames.push({ type: 'chat_message', ...ids, ...from, message: `${seq}`, state });
    } else if (before.read_seqs[by] < before.last_seq) {
      const seq = before.last_seq;
      const read_seqs: [number, number] = [...before.read_seqs];
      const unread_counts: [number, number] = [...before.unread_counts];
      read_seqs[by] = seq;
      unread_counts[by] = 0;
      const state = { last_seq: seq, read_seqs, unread_counts };
      states.push(state);
      frames.push({ type: 'read', conversation_id: 'c', user_id: sender.id, seq, state });
    }
  }
  /** The conversation as Ada saw it after the n-th change. */
  const conversationAt = (n: number): Conversation => {
    const { last_seq, read_seqs, unread_counts } = states[n % states.length] as ConversationState;
    return {
      id: 'c',
      user1: ada,
      user2: ben,
      created_at: '2026-01-01T00:00:00.000Z',
      last_message: messages[last_seq - 1] ?? null,
      last_seq,
      read_seq: read_seqs[0],
      peer_read_seq: read_seqs[1],
      unread_count: unread_counts[0],
    };
  };
  return { messages, states, frames, conversationAt };
}

type Server = ReturnType<typeof serve>;

/** Reads what is missing, as the client would, until nothing is. */
function mend(inbox: Inbox, { messages, states, conversationAt }: Server): Thread {
  for (let reads = 0; reads < 100; reads += 1) {
    const thread = inbox.thread('c');
    const need = thread && needOf(thread);
    if (!need) return thread as Thread;
    if (need.kind === 'conversation') {
      inbox.update('c', (t) => withConversation(t, conversationAt(states.length - 1), true));
    } else if (need.kind === 'newest') {
      inbox.update('c', (t) => withMessages(t, messages.slice(-3).reverse(), true));
    } else {
      const page = messages.filter(({ seq }) => seq > need.after).slice(0, 4);
      inbox.update('c', (t) => withMessages(t, page));
    }
  }
  throw new Error('it never became whole');
}

const acts = fc.array(
  fc.record({
    type: fc.constantFrom('send' as const, 'send', 'read'),
    by: fc.constantFrom(0 as const, 1 as const),
  }),
  { minLength: 1, maxLength: 25 },
);
/** What reaches the client, by number: a frame, a snapshot of some time, a page of some time, somebody looking or not. */
const arrivals = fc.array(
  fc.record({
    what: fc.constantFrom('frame', 'frame', 'frame', 'snapshot', 'newest', 'older', 'watch', 'reset'),
    n: fc.nat(1000),
  }),
  { maxLength: 60 },
);

test('any interleaving of snapshot, live frames, duplicates and gaps ends in the state that a fresh snapshot gives', () => {
  fc.assert(
    fc.property(acts, arrivals, fc.boolean(), (acted, came, watchedAtLast) => {
      const server = serve(acted);
      const inbox = new Inbox(() => {});
      inbox.apply({ type: 'ready', user: ada, expires_in: 60, heartbeat_seconds: 25 });
      for (const { what, n } of came) {
        const frame = server.frames[n % Math.max(1, server.frames.length)];
        if (what === 'frame' && frame) inbox.apply(frame);
        if (what === 'snapshot')
          inbox.apply({ type: 'conversation', conversation: server.conversationAt(n) });
        // A page that was read some time ago, and comes now.
        const then = server.messages.slice(0, n % (server.messages.length + 1));
        if (what === 'newest' && inbox.thread('c')?.isWatched)
          inbox.update('c', (t) => withMessages(t, then.slice(-3).reverse(), true));
        const first = inbox.thread('c')?.messages?.[0]?.seq ?? 1;
        const older = server.messages.filter(({ seq }) => seq < first).slice(-2);
        if (what === 'older' && inbox.thread('c')) inbox.update('c', (t) => withMessages(t, older.reverse()));
        if (what === 'watch') inbox.update('c', (t) => withWatch(t, n % 2 === 0));
        if (what === 'reset') {
          inbox.beginSync();
          if (n % 2 === 0) inbox.apply({ type: 'conversation', conversation: server.conversationAt(n) });
          inbox.apply({ type: 'synced', cursor: 'y', reset: true, next: null });
        }
        isWithoutHoles(inbox.thread('c'));
      }
      inbox.update('c', (t) => withWatch(t, watchedAtLast));
      // The next pong says how far the conversation goes.
      const state = server.states.at(-1) as ConversationState;
      inbox.apply({ type: 'pong', cursor: 'x', heads: [{ conversation_id: 'c', state }] });

      const thread = mend(inbox, server);
      expect(thread.conversation).toEqual(server.conversationAt(server.states.length - 1));
      expect(thread.held.size).toBe(0);
      const { messages } = thread;
      if (watchedAtLast) expect(messages).toBeDefined();
      if (messages) expect(messages).toEqual(server.messages.slice(server.messages.length - messages.length));
    }),
    { numRuns: 2000 },
  );
});

function isWithoutHoles(thread: Thread | undefined): void {
  const seqs = thread?.messages?.map(({ seq }) => seq) ?? [];
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
}

test('of two states the one with the greater sum is the later one, so the order in which they come does not matter', () => {
  fc.assert(
    fc.property(acts, fc.array(fc.nat(100), { maxLength: 40 }), (acted, order) => {
      const { states, conversationAt } = serve(acted);
      const told = [...order.map((n) => n % states.length), states.length - 1];
      for (const sequence of [told, [...told].reverse()]) {
        const inbox = new Inbox(() => {});
        inbox.apply({ type: 'ready', user: ada, expires_in: 60, heartbeat_seconds: 25 });
        inbox.apply({ type: 'conversation', conversation: conversationAt(0) });
        for (const n of sequence) {
          const state = states[n] as ConversationState;
          inbox.apply({ type: 'read', conversation_id: 'c', user_id: 'x', seq: 0, state });
        }
        const { last_message: _, ...final } = conversationAt(states.length - 1);
        expect(inbox.thread('c')?.conversation).toMatchObject(final);
      }
    }),
  );
});

test('a snapshot that does not name a conversation drops it, unless somebody looks at it: then it is read anew', () => {
  const server = serve([
    { type: 'send', by: 1 },
    { type: 'send', by: 1 },
  ]);
  for (const isWatched of [true, false]) {
    const inbox = new Inbox(() => {});
    inbox.apply({ type: 'ready', user: ada, expires_in: 60, heartbeat_seconds: 25 });
    inbox.apply({ type: 'conversation', conversation: server.conversationAt(1) });
    inbox.update('c', (t) => withWatch(t, isWatched));
    inbox.update('c', (t) => withMessages(t, server.messages.slice(0, 1), true));
    inbox.beginSync();
    inbox.apply({ type: 'synced', cursor: 'y', reset: true, next: null });
    expect(inbox.thread('c') !== undefined).toBe(isWatched);
    // The second message came while the client was away, and no later pong will tell of it.
    if (isWatched) expect(mend(inbox, server).messages).toEqual(server.messages);
  }
});
