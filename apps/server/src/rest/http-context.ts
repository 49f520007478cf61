import type { FastifyRequest } from 'fastify';
import { type Authenticate, bearerToken, type Identity } from '../auth/authenticate.ts';
import type { AccountsContext } from '../domain/accounts/context.ts';
import type { Context } from '../domain/context.ts';
import type { Trace } from '../domain/trace.ts';
import { networkOf } from '../limits/address.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { RequestContext } from './context.ts';

/** What the HTTP side is given by the composition root. */
export interface HttpDependencies {
  readonly limits: RateLimits;
  readonly domain: Context;
  readonly accounts: AccountsContext | undefined;
  readonly authenticate: Authenticate;
  /** Undefined: absolute URLs are made from the request's own host. */
  readonly publicUrl: string | undefined;
}

/** What a context needs of a request. */
type HttpRequest = Pick<FastifyRequest, 'headers' | 'id' | 'protocol' | 'host' | 'ip'>;

/** The context of a request; its token is checked when a procedure first asks, and once. */
export function contextOf(
  deps: HttpDependencies,
  request: HttpRequest,
  trace?: Trace,
  called?: RequestContext['called'],
): RequestContext {
  let identity: Promise<Identity> | undefined;
  return {
    domain: trace ? { ...deps.domain, trace } : deps.domain,
    accounts: deps.accounts,
    get address() {
      return networkOf(request.ip);
    },
    limits: deps.limits,
    authenticate: () => {
      identity ??= deps.authenticate(bearerToken(request.headers.authorization));
      return identity;
    },
    requestId: request.id,
    baseUrl: deps.publicUrl ?? `${request.protocol}://${hostOf(request)}`,
    reply: {},
    called,
  };
}

/** The Host header if it can stand in a URL as it is; it is the client's word, so nothing else gets into one. */
function hostOf(request: HttpRequest): string {
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(request.host) ? request.host : 'localhost';
}
