import { DuetError } from '@duet/sdk';

export type Field = 'username' | 'password';

/** What went wrong with signing in or registering, in words, and at which field. */
export interface SignInError {
  readonly field: Field | undefined;
  readonly words: string;
}

export function signInErrors(error: unknown): readonly SignInError[] {
  if (!(error instanceof DuetError)) return [{ field: undefined, words: 'Something went wrong. Try again.' }];
  switch (error.code) {
    case 'username_taken':
      return [{ field: 'username', words: 'This name is taken. Choose another one.' }];
    case 'invalid_credentials':
      return [{ field: 'password', words: 'The name or the password is wrong.' }];
    case 'invalid_request':
      return error.fields.map(({ field, detail }) => ({
        field: field === 'username' || field === 'password' ? field : undefined,
        words: field === 'username' ? `The name ${detail}.` : `The password ${detail}.`,
      }));
    case 'not_found':
      return [
        { field: undefined, words: 'This server has no accounts of its own: sign in through your app.' },
      ];
    case 'rate_limited': {
      const seconds = Math.ceil((error.retryAfterMs ?? 60_000) / 1000);
      const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
      return [{ field: undefined, words: `Too many tries. Wait ${wait} and try again.` }];
    }
    case 'network':
    case 'timeout':
    case 'unavailable':
    case 'server_restarting':
    case 'invalid_answer':
      return [
        { field: undefined, words: 'The server does not answer. Check your connection and try again.' },
      ];
    default:
      return [{ field: undefined, words: 'The server could not do this. Try again in a moment.' }];
  }
}
