import type { TRPCError } from '@trpc/server';
import type { Identity } from '../auth/authenticate.ts';
import type { AccountsContext } from '../domain/accounts/context.ts';
import type { Context } from '../domain/context.ts';
import type { RateLimits } from '../limits/rate-limits.ts';

/** What a procedure says about its answer besides the body; both transports carry it. */
export interface ReplyMeta {
  /** Another success status than the operation's first. */
  status?: number;
  /** The `Link` header. */
  link?: string;
}

/** What every procedure gets, whether it was called through REST or through /trpc. */
export interface RequestContext {
  /** Where the request comes from, as limits count it. */
  readonly address: string;
  readonly limits: RateLimits;
  readonly domain: Context;
  /** Undefined where local accounts are off. */
  readonly accounts: AccountsContext | undefined;
  /** Checks the token once, however often it is called. */
  readonly authenticate: () => Promise<Identity>;
  /** The same of a service's token. @returns its subject */
  readonly authenticateService: () => Promise<string>;
  readonly requestId: string;
  /** Scheme and host of absolute URLs, without a slash at the end. */
  readonly baseUrl: string;
  readonly reply: ReplyMeta;
  /** Hears how each call ended; undefined where the request as a whole says it. */
  readonly called?: ((procedure: string, seconds: number, error: TRPCError | undefined) => void) | undefined;
}
