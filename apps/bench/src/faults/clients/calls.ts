import { conversation as conversationSchema, messagePage, message as messageSchema } from '@duet/contract';
import type { State } from '../history/event.ts';
import type { Holding } from './holding.ts';
import { type Answer, mayRetry, request, told } from './http.ts';
import type { Outgoing } from './outbox.ts';
import { type Me, record, seenOf, stateOf } from './world.ts';

// What devices do through REST, each written down with its answer.

/** What an answer says; one that is not as the contract has it is written down as refused. */
function parse<T>(
  me: Me,
  conversation: string,
  schema: { safeParse(body: unknown): { data?: T | undefined; error?: Error | undefined } },
  { body }: Extract<Answer, { status: number }>,
): T | undefined {
  const { data, error } = schema.safeParse(body);
  if (error) record(me, { type: 'refused', conversation, what: 'contract', answer: error.message });
  return data;
}

const pathOf = (conversation: string) => `/api/chat/conversations/${conversation}/`;

/** Sends, as `outbox.going` has said. @returns the seq when it is stored, undefined when it is to be tried again */
export async function send(
  me: Me,
  { conversation, message, content }: Outgoing,
): Promise<number | undefined> {
  const body = { content, message_id: message };
  const answer = await request(me, 'POST', `${pathOf(conversation)}messages/`, body);
  if (answer.status === 200 || answer.status === 201) {
    const stored = parse(me, conversation, messageSchema, answer);
    if (!stored) return undefined;
    const repeated = answer.status === 200;
    record(me, { type: 'ack', conversation, message, seq: stored.seq, repeated });
    return stored.seq;
  }
  if (mayRetry(answer)) record(me, { type: 'unknown', conversation, message, why: told(answer) });
  else
    record(me, {
      type: 'refused',
      conversation,
      what: `send ${message}`,
      answer: told(answer),
    });
  return undefined;
}

/** Reads everything after what is held (PROTOCOL 6.3). @returns whether it came to the end */
export async function catchUp(me: Me, conversation: string, holding: Holding): Promise<boolean> {
  for (;;) {
    const after = holding.tail;
    const began = me.world.recorder.now();
    const path = `${pathOf(conversation)}messages/?after=${after}&order=asc&limit=100`;
    const answer = await request(me, 'GET', path);
    if (answer.status !== 200) {
      if (!mayRetry(answer))
        record(me, { type: 'refused', conversation, what: 'read', answer: told(answer) });
      return false;
    }
    const page = parse(me, conversation, messagePage, answer);
    if (!page) return false;
    const { next, results } = page;
    const messages = results.map(seenOf);
    record(me, { type: 'page', conversation, began, after, end: next === null, messages });
    for (const seen of messages) holding.take(seen);
    if (next === null) return true;
    if (holding.tail === after) return false; // a page that does not help; the checker has it
  }
}

export async function mark(me: Me, conversation: string, seq: number): Promise<void> {
  record(me, { type: 'mark', conversation, seq });
  const began = me.world.recorder.now();
  const answer = await request(me, 'POST', `${pathOf(conversation)}read/`, { seq });
  const state = stateIn(me, conversation, began, answer);
  const mine = state?.reads[readerOf(me, conversation)];
  if (mine !== undefined) record(me, { type: 'marked', conversation, seq: mine });
}

/** Looks at a conversation. */
export async function look(me: Me, conversation: string): Promise<State | undefined> {
  const began = me.world.recorder.now();
  return stateIn(me, conversation, began, await request(me, 'GET', pathOf(conversation)));
}

function stateIn(me: Me, conversation: string, began: number, answer: Answer): State | undefined {
  if (answer.status !== 200) {
    if (!mayRetry(answer)) record(me, { type: 'refused', conversation, what: 'state', answer: told(answer) });
    return undefined;
  }
  const seen = parse(me, conversation, conversationSchema, answer);
  if (!seen) return undefined;
  const state = stateOf(seen, me.user);
  record(me, { type: 'state', conversation, began, state });
  return state;
}

function readerOf(me: Me, conversation: string): 0 | 1 {
  const plan = me.conversations.find(({ id }) => id === conversation);
  return plan?.users[0] === me.user ? 0 : 1;
}
