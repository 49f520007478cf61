import { type Answer, queryOf } from './answer.ts';
import { type Call, type CallOptions, createExchange, type Exchange, type Fetch } from './call.ts';
import { bindOperations, type Operations, operations } from './generated/operations.ts';
import type {
  Conversation,
  ListConversationsInput,
  ListMessagesInput,
  Message,
  MessagePage,
} from './generated/types.ts';
import type { GetRandomValues } from './platform.ts';
import { createTokenSource, type GetToken, type TokenSource } from './token.ts';
import { uuidv7 } from './uuid.ts';

/** How a client reaches its server. */
export interface RestOptions {
  /** Where the server is: `https://chat.example.com`, or `location.origin`; with or without a path in front of `/api/`. */
  readonly url: string;
  readonly getToken: GetToken;
  /** Another `fetch` than the platform's. */
  readonly fetch?: Fetch | undefined;
  /** How long a call may take, tokens and retries included; 30 s unless said otherwise. */
  readonly timeoutMs?: number | undefined;
  /** How often what may be repeated is tried again; 3 unless said otherwise. */
  readonly maxRetries?: number | undefined;
  /** Another random source than the platform's `crypto.getRandomValues`, for the ids of messages. Without any, `Math.random` does. */
  readonly getRandomValues?: GetRandomValues | undefined;
}

/** The operations of PROTOCOL 3. */
export interface Rest extends Operations {
  conversations: Operations['conversations'] & {
    /** Every conversation of mine, latest activity first, loaded as they are asked for. */
    each(input?: ListConversationsInput, options?: CallOptions): AsyncGenerator<Conversation, void, void>;
  };
  messages: Operations['messages'] & {
    /** Every message of the range, in its order, loaded as they are asked for. */
    each(input: ListMessagesInput, options?: CallOptions): AsyncGenerator<Message, void, void>;
  };
}

const TIMEOUT_MS = 30_000;
const MAX_RETRIES = 3;

/** A REST client; whatever fails throws a `DuetError`. */
export function createRest(options: RestOptions): Rest {
  return restWith(createTokenSource(options.getToken, options.timeoutMs ?? TIMEOUT_MS), options);
}

/** A REST client that shares its token with others. */
export function restWith(tokens: TokenSource, options: Omit<RestOptions, 'getToken'>): Rest {
  const exchange = createExchange({
    url: options.url,
    tokens,
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxRetries: options.maxRetries ?? MAX_RETRIES,
  });
  const call: Call = async <T>(...args: Parameters<Call>) => (await exchange<T>(...args)).body;
  const { conversations, messages, ...others } = bindOperations(call);
  return {
    ...others,
    conversations: { ...conversations, each: eachConversation(exchange) },
    messages: {
      ...messages,
      // With an id of its own a message can be sent again when its answer got lost (PROTOCOL 3.6).
      send: (input, callOptions) =>
        messages.send(
          { ...input, message_id: input.message_id ?? uuidv7(options.getRandomValues) },
          callOptions,
        ),
      each: eachMessage(exchange),
    },
  };
}

function eachConversation(exchange: Exchange): Rest['conversations']['each'] {
  return async function* (input, options) {
    const { list } = operations.conversations;
    const load = (query?: string) => exchange<Conversation[]>(list, input, options, query);
    for await (const { body } of pages(load, ({ next }) => next)) yield* body;
  };
}

function eachMessage(exchange: Exchange): Rest['messages']['each'] {
  return async function* (input, options) {
    const load = (query?: string) => exchange<MessagePage>(operations.messages.list, input, options, query);
    const next = ({ body }: Answer<MessagePage>) => (body.next === null ? undefined : queryOf(body.next));
    for await (const { body } of pages(load, next)) yield* body.results;
  };
}

async function* pages<T>(
  load: (query?: string) => Promise<Answer<T>>,
  next: (answer: Answer<T>) => string | undefined,
): AsyncGenerator<Answer<T>, void, void> {
  for (let query: string | undefined; ; ) {
    const answer = await load(query);
    yield answer;
    query = next(answer);
    if (query === undefined) return;
  }
}
