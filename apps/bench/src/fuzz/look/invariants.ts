import { conversation, type Message, messagePage } from '@duet/contract';
import type { Findings } from '../finding.ts';
import type { Pair, Person, World } from '../world.ts';

/** What must be so of everybody's conversations when all is over: no hole, and counts that are right on both sides. */
export async function checkInvariants(world: World, findings: Findings): Promise<number> {
  let messages = 0;
  for (const pair of [...world.callers, ...world.talkers, world.victims])
    messages += await checkConversation(world, pair, findings);
  return messages;
}

async function checkConversation(
  world: World,
  { a, b, conversationId }: Pair,
  findings: Findings,
): Promise<number> {
  const complain = (oracle: string, expected: string, came: string) =>
    findings.add({ oracle, where: 'after the run', case: undefined, sent: conversationId, expected, came });
  const history = await readAll(world, a, conversationId);
  const hole = history.findIndex(({ seq }, i) => seq !== i + 1);
  if (hole >= 0) complain('a hole in a conversation', `seq ${hole + 1}`, `${history[hole]?.seq}`);
  for (const reader of [a, b]) {
    const state = conversation.parse(
      await world.call(reader, 'GET', `/api/chat/conversations/${conversationId}/`),
    );
    if (state.last_seq !== history.length)
      complain('a wrong last_seq', `${history.length}`, `${state.last_seq}`);
    const unread = history.filter(
      ({ sender, seq }) => sender.id !== reader.id && seq > state.read_seq,
    ).length;
    if (state.unread_count !== unread) complain('a wrong unread_count', `${unread}`, `${state.unread_count}`);
  }
  return history.length;
}

async function readAll(world: World, reader: Person, conversationId: string): Promise<Message[]> {
  const all: Message[] = [];
  let path: string | undefined =
    `/api/chat/conversations/${conversationId}/messages/?after=0&order=asc&limit=100`;
  while (path !== undefined) {
    const { results, next }: { results: Message[]; next: string | null } = messagePage.parse(
      await world.call(reader, 'GET', path),
    );
    all.push(...results);
    path = next === null ? undefined : next.replace(/^https?:\/\/[^/]+/, '');
  }
  return all;
}
