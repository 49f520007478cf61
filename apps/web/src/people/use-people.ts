import type { User } from '@duet/sdk';
import { useDuet } from '@duet/sdk/react';
import { useEffect, useState } from 'react';

const PAUSE_MS = 150;
const MOST = 50;

interface Found {
  readonly people: readonly User[];
  /** What there is to say of it: that there is nobody, or why nothing was found. */
  readonly words: string;
}

/** The people whose names begin with what somebody types, once they pause; everybody, while nothing is typed. */
export function usePeople(search: string): Found {
  const { users } = useDuet();
  const [found, setFound] = useState<Found>({ people: [], words: '' });

  useEffect(() => {
    const aborter = new AbortController();
    const timer = setTimeout(
      async () => {
        try {
          const people = await users.find({ search, limit: MOST }, { signal: aborter.signal });
          setFound({ people, words: people.length > 0 ? '' : nobody(search) });
        } catch {
          if (!aborter.signal.aborted)
            setFound({
              people: [],
              words: 'People cannot be searched just now: the server does not answer.',
            });
        }
      },
      search === '' ? 0 : PAUSE_MS,
    );
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [users, search]);

  return found;
}

function nobody(search: string): string {
  return search === '' ? 'There is nobody here but you.' : `Nobody’s name begins with “${search}”.`;
}
