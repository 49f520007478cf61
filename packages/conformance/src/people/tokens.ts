import { operations } from '@duet/contract';
import { z } from 'zod';
import { Failure } from '../check.ts';
import type { Request } from '../wire/http.ts';
import type { Source } from './people.ts';

/** What a file of `--tokens` holds: people of another identity provider, and a token of each. */
export const tokensFile = z
  .array(z.object({ id: z.string().min(1), username: z.string().min(1), token: z.string().min(1) }))
  .min(3, 'at least three people')
  .refine((people) => new Set(people.map(({ id }) => id)).size === people.length, 'each person once');
export type TokensFile = z.infer<typeof tokensFile>;

/** People whose tokens somebody else made. */
export function tokens(request: Request, people: TokensFile): Source {
  return {
    shared: () =>
      Promise.all(
        people.map(async ({ id, username, token }) => {
          const { path, output } = operations.users.me;
          const me = (await request('GET', path, { token })).as(output);
          if (me.id !== id) throw new Failure(`the token of ${username}`, id, me.id);
          return { ...me, token };
        }),
      ),
    fresh: undefined,
    mint: undefined,
    renew: async (person) => person,
  };
}
