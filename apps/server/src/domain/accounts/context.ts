import type { User } from '@duet/contract';
import type { Context } from '../context.ts';

/** Guards passwords against those who guess them; the same for names that exist and names that do not. */
export interface Guesses {
  /**
   * Somebody tries a password for a name; it counts unless it was the right one.
   * @param name as it is compared
   * @returns to be called when it was
   * @throws DomainError `rate_limited`
   */
  begin(name: string, address: string): Promise<() => void>;
}

/** What the account verbs need besides: access tokens, and how long a session lasts unused. */
export interface AccountsContext extends Context {
  readonly issueAccessToken: (
    user: User,
    sessionId: string,
  ) => Promise<{ access: string; expires_in: number }>;
  readonly sessionSeconds: number;
  readonly guesses: Guesses;
}
