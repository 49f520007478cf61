import type { IncomingMessage } from 'node:http';
import type { CloseErrorCode } from '@duet/contract';
import { DomainError } from '../domain/error.ts';
import { clientOf, networkOf, type Trust } from '../limits/address.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { MayCall } from '../may-call.ts';
import { createOriginCheck } from './origin.ts';
import { closes } from './refusal.ts';

/** Decides who may come in, and how many at once (PROTOCOL 3.11, 4.1). */
export interface Door {
  /** @returns why the socket is to be closed, or what counts it until it leaves */
  enter(request: IncomingMessage): Promise<Visit | CloseErrorCode>;
}

/** A socket that came in. */
export interface Visit {
  /** It is known whose it is. @throws DomainError `rate_limited` when they have too many */
  identify(userId: string): void;
  leave(): void;
}

export interface DoorOptions {
  readonly limits: RateLimits;
  /** How many sockets there may be at all. */
  readonly maxSockets: number;
  readonly trust: Trust;
  readonly publicUrl: string | undefined;
  readonly mayCall: MayCall;
}

export function createDoor(options: DoorOptions): Door {
  const { limits, maxSockets, trust } = options;
  const { ofUser, ofAddress, strangersOfAddress } = limits.sockets;
  const mayComeFrom = createOriginCheck(options);
  const [addresses, strangers, users] = [new Tally(), new Tally(), new Tally()];
  let all = 0;

  const refusalOf = (request: IncomingMessage, address: string): CloseErrorCode | undefined => {
    if (!mayComeFrom(request)) return 'origin_not_allowed';
    if (all >= maxSockets) return 'busy';
    const isFull = addresses.of(address) >= ofAddress || strangers.of(address) >= strangersOfAddress;
    return isFull ? 'rate_limited' : undefined;
  };

  return {
    enter: async (request) => {
      const address = networkOf(clientOf(request, trust));
      try {
        await limits.take('socket', address);
      } catch (error) {
        if (error instanceof DomainError && closes(error.code)) return error.code;
        throw error;
      }
      const refusal = refusalOf(request, address);
      if (refusal) return refusal;
      all += 1;
      addresses.add(address);
      strangers.add(address);
      let user: string | undefined;
      let isThere = true;
      return {
        identify: (userId) => {
          if (!isThere || user !== undefined) return;
          if (users.of(userId) >= ofUser) throw new DomainError('rate_limited', 'too many sockets');
          user = userId;
          users.add(userId);
          strangers.remove(address);
        },
        leave: () => {
          if (!isThere) return;
          isThere = false;
          all -= 1;
          addresses.remove(address);
          if (user === undefined) strangers.remove(address);
          else users.remove(user);
        },
      };
    },
  };
}

/** How many there are of each; what there is none of takes no room. */
class Tally {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.#counts.set(key, this.of(key) + 1);
  }

  remove(key: string): void {
    const left = this.of(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
