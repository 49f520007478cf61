import { conversation as conversationSchema, type MessagePage, messagePage } from '@duet/contract';
import { each } from '../../servers/each.ts';
import type { Person } from '../clients/people.ts';
import { type Plan, seenOf, stateOf } from '../clients/world.ts';
import type { FinalMessage, FinalView, State } from './event.ts';

const TIMEOUT_MS = 60_000;
const TRIES = 5;

/** Everything once more, through REST: each conversation on every node, as both of its people. */
export async function readEverything(
  ports: readonly number[],
  people: readonly Person[],
  plans: readonly Plan[],
): Promise<FinalView[]> {
  const tokens = new Map(people.map(({ id, token }) => [id, token]));
  const views = await each(plans, async (plan) => {
    const own: FinalView[] = [];
    for (const [i, port] of ports.entries())
      for (const user of plan.users) {
        const reader = { node: `server ${i + 1}`, port, user, token: tokens.get(user) ?? '' };
        const view = await read(plan.id, reader, own[0]);
        if (view) own.push(view);
      }
    return own;
  });
  return views.flat();
}

/** The states of all conversations as their first user sees them; those that could not be read are left out. */
export async function readStates(
  port: number,
  people: readonly Person[],
  plans: readonly Plan[],
): Promise<Map<string, State>> {
  const tokens = new Map(people.map(({ id, token }) => [id, token]));
  const states = new Map<string, State>();
  await each(plans, async ({ id, users: [user] }) => {
    const url = `http://127.0.0.1:${port}/api/chat/conversations/${id}/`;
    const answer = await get(url, tokens.get(user) ?? '').catch(() => undefined);
    const { data } = conversationSchema.safeParse(answer);
    if (data) states.set(id, stateOf(data, user));
  });
  return states;
}

interface Reader {
  readonly node: string;
  readonly port: number;
  readonly user: string;
  readonly token: string;
}

/** Undefined when it is not as the contract has it. @param like what is the same as there is the same object: a run has a million of these */
async function read(
  id: string,
  { node, port, user, token }: Reader,
  like?: FinalView,
): Promise<FinalView | undefined> {
  const url = `http://127.0.0.1:${port}/api/chat/conversations/${id}/`;
  const messages: FinalMessage[] = [];
  for (let next: string | null = `${url}messages/?order=asc&limit=100`; next !== null; ) {
    const page: MessagePage | undefined = messagePage.safeParse(await get(next, token)).data;
    if (!page) return undefined;
    for (const { timestamp, read, ...message } of page.results) {
      const known = like?.messages[messages.length];
      const mine = { ...seenOf(message), timestamp, read };
      messages.push(known && isSame(known, mine) ? known : mine);
    }
    next = page.next;
  }
  const { data } = conversationSchema.safeParse(await get(url, token));
  if (!data) return undefined;
  const state = stateOf(data, user);
  return { node, user, conversation: id, messages, state };
}

function isSame(one: FinalMessage, other: FinalMessage): boolean {
  return (
    one.seq === other.seq &&
    one.message === other.message &&
    one.sender === other.sender &&
    one.hash === other.hash &&
    one.timestamp === other.timestamp &&
    one.read === other.read
  );
}

async function get(url: string, token: string): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
      () => undefined,
    );
    if (response?.ok) return response.json();
    if (tries === TRIES) throw new Error(`${url} cannot be read: ${response?.status ?? 'no answer'}`);
  }
}
