import type { FastifyRequest } from 'fastify';
import {
  type Authenticate,
  type AuthenticateService,
  bearerToken,
  type Identity,
} from '../auth/authenticate.ts';
import type { AccountsContext } from '../domain/accounts/context.ts';
import type { Context } from '../domain/context.ts';
import type { Trace } from '../domain/trace.ts';
import { networkOf } from '../limits/address.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { ReplyMeta, RequestContext } from './context.ts';

/** What the HTTP side is given by the composition root. */
export interface HttpDependencies {
  readonly limits: RateLimits;
  readonly domain: Context;
  readonly accounts: AccountsContext | undefined;
  readonly authenticate: Authenticate;
  readonly authenticateService: AuthenticateService;
  /** Undefined: absolute URLs are made from the request's own host. */
  readonly publicUrl: string | undefined;
}

/** What a context needs of a request. */
type HttpRequest = Pick<FastifyRequest, 'headers' | 'id' | 'protocol' | 'host' | 'ip'>;

/** The context of a request. A class, for an object with a getter of its own gets a shape of its own, which only a full collection takes away. */
class HttpContext implements RequestContext {
  readonly domain: Context;
  readonly accounts: AccountsContext | undefined;
  readonly limits: RateLimits;
  readonly requestId: string;
  readonly baseUrl: string;
  readonly reply: ReplyMeta = {};
  readonly called: RequestContext['called'];
  readonly #request: HttpRequest;
  readonly #check: Authenticate;
  readonly #checkService: AuthenticateService;
  #identity: Promise<Identity> | undefined;
  #service: Promise<string> | undefined;

  constructor(
    deps: HttpDependencies,
    request: HttpRequest,
    trace: Trace | undefined,
    called: RequestContext['called'],
  ) {
    this.domain = trace ? { ...deps.domain, trace } : deps.domain;
    this.accounts = deps.accounts;
    this.limits = deps.limits;
    this.requestId = request.id;
    this.baseUrl = deps.publicUrl ?? `${request.protocol}://${hostOf(request)}`;
    this.called = called;
    this.#request = request;
    this.#check = deps.authenticate;
    this.#checkService = deps.authenticateService;
  }

  get address(): string {
    return networkOf(this.#request.ip);
  }

  authenticate(): Promise<Identity> {
    this.#identity ??= this.#check(bearerToken(this.#request.headers.authorization));
    return this.#identity;
  }

  authenticateService(): Promise<string> {
    this.#service ??= this.#checkService(bearerToken(this.#request.headers.authorization));
    return this.#service;
  }
}

/** The context of a request; its token is checked when a procedure first asks, and once. */
export function contextOf(
  deps: HttpDependencies,
  request: HttpRequest,
  trace?: Trace,
  called?: RequestContext['called'],
): RequestContext {
  return new HttpContext(deps, request, trace, called);
}

/** The Host header if it can stand in a URL as it is; it is the client's word, so nothing else gets into one. */
function hostOf(request: HttpRequest): string {
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(request.host) ? request.host : 'localhost';
}
