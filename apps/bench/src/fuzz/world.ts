import { randomBytes } from 'node:crypto';
import { conversation, session } from '@duet/contract';
import { SignJWT } from 'jose';
import { each } from '../servers/each.ts';
import type { Target } from './server.ts';
import { headerOf } from './wire/answer.ts';
import { openLine } from './wire/line.ts';

export interface Person {
  readonly id: string;
  readonly token: string;
}

/** Two people and their conversation. */
export interface Pair {
  readonly a: Person;
  readonly b: Person;
  readonly conversationId: string;
}

/** Who is there, and what nobody else may see of them. */
export interface World {
  readonly port: number;
  readonly secret: string;
  /** Two whom the fuzzers know nothing of; everything of theirs begins with a canary. */
  readonly victims: Pair;
  /** What of the victims may be seen by nobody else, ever. */
  readonly secrets: readonly string[];
  /** What may be seen where people are looked for. */
  readonly names: readonly string[];
  /** In whose name requests are sent. */
  readonly callers: readonly [Pair, ...Pair[]];
  /** Each has its sockets used by one fuzzer at a time. */
  readonly talkers: readonly [Pair, ...Pair[]];
  readonly strangers: readonly [Person, ...Person[]];
  /** The operator's own back end. */
  readonly service: Person;
  /** Whom every token that holds belongs to. */
  readonly tokens: Map<string, string>;
  /** Who is in every conversation that is known of. */
  readonly participants: Map<string, readonly string[]>;
  readonly account: { readonly username: string; readonly password: string };
  readonly refreshTokens: readonly [string, ...string[]];
  readonly listCursors: Map<string, string>;
  /** Has the victims say something. */
  say(): Promise<void>;
  call(person: Person, method: string, path: string, body?: unknown): Promise<unknown>;
  close(): void;
}

const BOUND_MS = 60_000;
const CALLERS = 4;
const STRANGERS = 10;
const REFRESH_TOKENS = 8;

/** Makes people, conversations and canaries, through REST. @param talkers how many pairs the sockets get */
export async function makeWorld({ port, secret }: Target, talkers: number): Promise<World> {
  const run = randomBytes(4).toString('hex');
  const canary = randomBytes(8).toString('hex');
  const tokens = new Map<string, string>();
  const participants = new Map<string, readonly string[]>();
  const listCursors = new Map<string, string>();
  let line = await openLine(port, BOUND_MS);

  const ask = async (token: string, method: string, path: string, body?: unknown) => {
    if (!line.isOpen) line = await openLine(port, BOUND_MS);
    const json = body === undefined ? '' : JSON.stringify(body);
    const head = [
      `${method} ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      ...(token ? [`Authorization: Bearer ${token}`] : []),
      ...(body === undefined
        ? []
        : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(json)}`]),
    ];
    const answer = await line.ask(Buffer.from(`${head.join('\r\n')}\r\n\r\n${json}`), true);
    const text = answer.body.toString();
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return { answer, value: JSON.parse(text) };
  };
  // One at a time, for there is one line.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn: typeof ask = (...args) => {
    const mine = last.then(() => ask(...args));
    last = mine.catch(() => {});
    return mine;
  };

  const meet = async (id: string): Promise<Person> => {
    const token = await mint(secret, { sub: id, preferred_username: `${id}-name` });
    await inTurn(token, 'GET', '/api/chat/users/me/');
    tokens.set(token, id);
    return { id, token };
  };
  const pair = async (a: Person, b: Person): Promise<Pair> => {
    const opened = await inTurn(a.token, 'POST', '/api/chat/conversations/', { target_user_id: b.id });
    const { id } = conversation.parse(opened.value);
    participants.set(id, [a.id, b.id]);
    return { a, b, conversationId: id };
  };
  const pairsOf = (what: string, count: number) =>
    each(Array.from({ length: count }), async (_, i) =>
      pair(await meet(`${what}-${run}-a${i}`), await meet(`${what}-${run}-b${i}`)),
    );

  const victims = await pair(await meet(`v${canary}-a`), await meet(`v${canary}-b`));
  let said = 0;
  const say = async () => {
    said += 1;
    const message_id = `${canary.slice(0, 8)}-${canary.slice(8, 12)}-7${canary.slice(13)}-8000-${said.toString(16).padStart(12, '0')}`;
    const path = `/api/chat/conversations/${victims.conversationId}/messages/`;
    await inTurn(said % 2 ? victims.a.token : victims.b.token, 'POST', path, {
      content: `c${canary} ${said}`,
      message_id,
    });
  };
  await say();

  const service = {
    id: `service-${run}`,
    token: await mint(secret, { sub: `service-${run}`, duet_role: 'service' }),
  };
  tokens.set(service.token, service.id);
  const callers = await pairsOf('caller', CALLERS);
  const strangers = await each(Array.from({ length: STRANGERS }), (_, i) => meet(`stranger-${run}-${i}`));
  for (const { a } of callers) {
    for (const stranger of strangers.slice(0, 3)) await pair(a, stranger);
    const { answer } = await inTurn(a.token, 'GET', '/api/chat/conversations/?limit=1');
    const cursor = /cursor=([^&>]+)/.exec(headerOf(answer, 'link') ?? '')?.[1];
    if (cursor !== undefined) listCursors.set(a.token, decodeURIComponent(cursor));
  }
  const account = { username: `account-${run}`, password: 'correct horse' };
  const { refresh } = session.parse((await inTurn('', 'POST', '/api/auth/register/', account)).value);
  const refreshTokens: [string, ...string[]] = [refresh];
  while (refreshTokens.length < REFRESH_TOKENS)
    refreshTokens.push(session.parse((await inTurn('', 'POST', '/api/auth/token/', account)).value).refresh);

  return {
    port,
    secret,
    victims,
    secrets: [`c${canary}`, victims.conversationId, `${canary.slice(0, 8)}-${canary.slice(8, 12)}-7`],
    names: [`v${canary}-`],
    callers: atLeastOne(callers),
    talkers: atLeastOne(await pairsOf('talker', talkers)),
    strangers: atLeastOne(strangers),
    service,
    tokens,
    participants,
    account,
    refreshTokens,
    listCursors,
    say,
    call: async (person, method, path, body) => (await inTurn(person.token, method, path, body)).value,
    close: () => line.close(),
  };
}

function atLeastOne<T>([first, ...others]: readonly T[]): [T, ...T[]] {
  if (first === undefined) throw new Error('nobody is there');
  return [first, ...others];
}

/** A token as an identity provider would sign it, good for a day unless the claims say otherwise. */
export function mint(secret: string, claims: Record<string, unknown>, alg = 'HS256'): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 86_400;
  return new SignJWT({ exp, ...claims }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}
