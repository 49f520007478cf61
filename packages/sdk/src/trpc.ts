import { createTRPCClient, httpBatchLink, retryLink, splitLink, type TRPCClient } from '@trpc/client';
import type {
  TRPCBuiltRouter,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
} from '@trpc/server';
import { isErrorCode } from './error.ts';
import { recoveries } from './generated/errors.ts';
import { type Operations, operations } from './generated/operations.ts';
import type { Problem } from './generated/types.ts';
import { createTokenSource, type GetToken } from './token.ts';

type Table = typeof operations;
type Method<G extends keyof Table, V> = V extends keyof Operations[G] ? Operations[G][V] : never;

/** The procedure that an operation is: a GET a query, a POST a mutation. */
type Procedure<Row, M> = M extends (input: infer Input, ...options: never) => Promise<infer Output>
  ? Row extends { method: 'GET' }
    ? TRPCQueryProcedure<{ input: NonNullable<Input>; output: Output; meta: unknown }>
    : TRPCMutationProcedure<{ input: NonNullable<Input>; output: Output; meta: unknown }>
  : never;

type DefaultData = TRPCDefaultErrorShape['data'];
/** tRPC's own, and the problem of PROTOCOL 1.5. */
interface ErrorData extends DefaultData {
  problem: Problem;
}
interface ErrorShape extends TRPCDefaultErrorShape {
  data: ErrorData;
}

/** The type of the server's tRPC router, from the operations; any `@trpc/client` can be typed with it. */
export type DuetRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  { -readonly [G in keyof Table]: { -readonly [V in keyof Table[G]]: Procedure<Table[G][V], Method<G, V>> } }
>;

/** How a tRPC client reaches its server. */
export interface DuetTrpcOptions {
  readonly url: string;
  readonly getToken: GetToken;
  /** How long `getToken` may take; 30 s unless said otherwise. */
  readonly timeoutMs?: number | undefined;
}

/** The longest batch that a server takes (PROTOCOL 3.10). */
const MAX_BATCH = 20;

/** The procedures that need no token. */
const open = new Set(
  Object.entries(operations).flatMap(([group, rows]) =>
    Object.entries(rows).flatMap(([verb, { auth }]) => (auth ? [] : [`${group}.${verb}`])),
  ),
);

/**
 * A `@trpc/client` of the server. A refused call is a `TRPCClientError` that carries the problem as `error.data.problem` (PROTOCOL 3.10);
 * a call refused for its token is made once more with a fresh one. What `getToken` fails with is the error's `cause`.
 */
export function createDuetTrpc(options: DuetTrpcOptions): TRPCClient<DuetRouter> {
  const tokens = createTokenSource(options.getToken, options.timeoutMs ?? 30_000);
  /** The token that each call went out with, and the one that it waits for; by the call's context, which its links share. */
  const sent = new WeakMap<object, string>();
  const renewed = new WeakMap<object, Promise<string>>();
  const http = { url: `${options.url.replace(/\/+$/, '')}/trpc`, maxItems: MAX_BATCH };
  return createTRPCClient<DuetRouter>({
    links: [
      retryLink({
        retry: ({ op: { context }, error, attempts }) => {
          const code = error.data?.problem?.code;
          const rejected = sent.get(context);
          if (attempts > 1 || rejected === undefined || !isErrorCode(code)) return false;
          if (recoveries[code] !== 'reauthenticate') return false;
          const token = tokens.renew(rejected, code === 'token_expired' ? 'expired' : 'rejected');
          token.catch(() => {}); // whoever sends the call again hears of it
          renewed.set(context, token);
          return true;
        },
      }),
      splitLink({
        condition: ({ path }) => open.has(path),
        true: httpBatchLink(http),
        false: httpBatchLink({
          ...http,
          headers: async ({ opList }) => {
            const token = await (renewed.get(opList[0].context) ?? tokens.get());
            for (const { context } of opList) sent.set(context, token);
            return { authorization: `Bearer ${token}` };
          },
        }),
      }),
    ],
  });
}
