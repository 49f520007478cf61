import { z } from 'zod';
import type { Generators } from '../load/pool.ts';
import { httpRequest } from '../load/requests.ts';
import { measure } from '../measure/measure.ts';
import { type Reader, seedReaders } from '../seed/readers.ts';
import { seederOf } from '../seed/seeder-of.ts';
import { call } from '../servers/people.ts';
import type { Contender, Server } from '../servers/server.ts';
import { duet, express } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { check, takeTurns, withServer } from './turn.ts';

const CONNECTIONS = 32;
const SIZE = { readers: 10, conversations: 100, longHistory: 10_000, shortHistory: 50 };
const STORED = SIZE.readers * (SIZE.longHistory + (SIZE.conversations - 1) * SIZE.shortHistory);
const TEXT = 'Shall we meet at the station at nine, or is that too early for you?';
const LIST = '/api/chat/conversations/';
const messagesOf = (id: string) => `${LIST}${id}/messages/`;

/** What the products' REST answers: a page of the history, the list, opening what is there, sending. */
export async function rest(bench: Bench): Promise<void> {
  const { database } = bench.options;
  await takeTurns(bench, 'rest', [duet(database), express(database)], (contender) =>
    withServer(bench, contender, async (server, generators) => {
      const readers = await seedReaders(server, SIZE);
      await sameAnswers(server, readers);
      const turn = restTurn(bench, contender, server, generators);
      await turn('page of 50 of 10,000', await pages(server, readers), 200);
      await turn('list of 100', lists(readers), 200);
      await turn('open existing', opens(readers), 200);
      await turn('send', posts(readers), 201);
    }),
  );
}

/** Measures one kind of request after the other on a server. */
function restTurn(bench: Bench, contender: Contender, server: Server, generators: Generators) {
  let answered = 0;
  return async (variant: string, requests: string[], status: number) => {
    const [port = 0] = server.ports;
    await generators.request(port, CONNECTIONS, requests, status);
    const measured = await measure(server, generators, bench.duration);
    const outcome = await generators.drain();
    const stored = status === 201 ? STORED + outcome.acknowledged - answered : STORED;
    answered = outcome.acknowledged;
    await check(server, contender, outcome, stored);
    bench.results.add('rest', variant, contender.name, measured);
  };
}

/** The newest page of each long history, and pages from its depth. */
async function pages(server: Server, readers: readonly Reader[]): Promise<string[]> {
  const depths = Array.from({ length: 9 }, (_, i) => ((i + 1) * SIZE.longHistory) / 10);
  const requests: string[] = [];
  for (const { token, longId } of readers) {
    const path = `${messagesOf(longId)}?limit=50`;
    requests.push(httpRequest('GET', path, token));
    for (const before of await seederOf(server).positions(longId, depths))
      requests.push(httpRequest('GET', `${path}&before=${before}`, token));
  }
  return requests;
}

function lists(readers: readonly Reader[]): string[] {
  return readers.map(({ token }) => httpRequest('GET', LIST, token));
}

function opens(readers: readonly Reader[]): string[] {
  return readers.flatMap(({ token, conversations }) =>
    conversations.map(({ peer }) => httpRequest('POST', LIST, token, { target_user_id: peer })),
  );
}

function posts(readers: readonly Reader[]): string[] {
  return readers.flatMap(({ token, conversations }) =>
    conversations.map(({ id }) => httpRequest('POST', messagesOf(id), token, { content: TEXT })),
  );
}

const user = z.object({ id: z.string(), username: z.string() });
const message = z.object({ message_id: z.string(), sender: user, content: z.string(), read: z.boolean() });
const conversation = z.object({
  user1: user,
  user2: user,
  last_message: message,
  unread_count: z.literal(5),
});
const list = z.array(conversation).length(SIZE.conversations);
const page = z.object({
  next: z.url(),
  previous: z.string().nullable(),
  results: z.array(message).length(50),
});

/** Before anything is compared: both answer what they are asked. */
async function sameAnswers(server: Server, [reader]: readonly Reader[]): Promise<void> {
  if (!reader) return;
  const { token, longId, conversations } = reader;
  list.parse(await call(server, token, 'GET', LIST));
  page.parse(await call(server, token, 'GET', `${messagesOf(longId)}?limit=50`));
  const target_user_id = conversations[0]?.peer;
  conversation.parse(await call(server, token, 'POST', LIST, { target_user_id }));
}
