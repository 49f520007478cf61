import { randomBytes } from 'node:crypto';
import { operations, type Session } from '@duet/contract';
import { Failure } from '../check.ts';
import type { Request } from '../wire/http.ts';
import type { Person, Source } from './people.ts';

/** How many people the cases share: registering is limited on many servers. */
const SHARED = 8;
/** A token with less left is renewed before a case begins. */
const LEAST_LEFT_MS = 120_000;

export const PASSWORD = 'correct horse battery';

/** A username that nobody has. */
export function newName(): string {
  return `conformance-${randomBytes(6).toString('hex')}`;
}

/** People with local accounts (PROTOCOL 3.8). */
export function accounts(request: Request): Source {
  const sessions = new Map<string, { session: Session; madeAt: number }>();
  const keep = (session: Session): Person => {
    sessions.set(session.user.id, { session, madeAt: Date.now() });
    return { ...session.user, token: session.access };
  };
  const register = async (): Promise<Person> => {
    const { path, output } = operations.auth.register;
    const answer = await request('POST', path, { json: { username: newName(), password: PASSWORD } });
    if (answer.status !== 201) throw new Failure('to register', 201, `${answer.status} ${answer.text}`);
    return keep(answer.as(output));
  };
  return {
    shared: () => Promise.all(Array.from({ length: SHARED }, register)),
    fresh: register,
    mint: undefined,
    renew: async (person) => {
      const known = sessions.get(person.id);
      if (!known) return person;
      const { session, madeAt } = known;
      const leftMs = madeAt + session.expires_in * 1000 - Date.now();
      if (leftMs > Math.min(LEAST_LEFT_MS, session.expires_in * 500))
        return { ...person, token: session.access };
      const { path, output } = operations.auth.signIn;
      const json = { username: person.username, password: PASSWORD };
      return keep((await request('POST', path, { json })).as(output));
    },
  };
}
