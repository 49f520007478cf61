import type { User } from '@duet/contract';
import type { Context } from '../context.ts';

/** What the account verbs need besides: access tokens, and how long a session lasts unused. */
export interface AccountsContext extends Context {
  readonly issueAccessToken: (
    user: User,
    sessionId: string,
  ) => Promise<{ access: string; expires_in: number }>;
  readonly sessionSeconds: number;
}
