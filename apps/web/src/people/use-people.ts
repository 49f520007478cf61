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

/** What was found, and for what. */
interface Answer extends Found {
  readonly asked: string;
}

/** The people whose names begin with what somebody types, once they pause; everybody, while nothing is typed. */
export function usePeople(search: string): Found {
  const { users } = useDuet();
  const [{ asked, people, words }, setFound] = useState<Answer>({ asked: '', people: [], words: '' });

  useEffect(() => {
    const aborter = new AbortController();
    const ask = async () => {
      try {
        const people = await users.find({ search, limit: MOST }, { signal: aborter.signal });
        setFound({ asked: search, people, words: people.length > 0 ? '' : nobody(search) });
      } catch {
        if (aborter.signal.aborted) return;
        const words = 'People cannot be searched just now: the server does not answer.';
        setFound({ asked: search, people: [], words });
      }
    };
    const timer = setTimeout(() => void ask(), search === '' ? 0 : PAUSE_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [users, search]);

  if (asked === search) return { people, words };
  // Until the answer is there, Enter must not choose somebody who does not fit any more.
  const prefix = search.toLowerCase();
  return { people: people.filter(({ username }) => username.toLowerCase().startsWith(prefix)), words: '' };
}

function nobody(search: string): string {
  return search === '' ? 'There is nobody here but you.' : `Nobody’s name begins with “${search}”.`;
}
