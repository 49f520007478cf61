import { useConnection, useDuet } from '@duet/sdk/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import button from '../appearance/button.module.css';
import { useAccount } from '../session/account.ts';
import styles from './connection-line.module.css';
import { connectionWords, type Mood, moodOf } from './connection-words.ts';

/** What passes sooner than this is not worth a word. */
const CALM_MS = 700;

/** A slim line that says how the connection is, while it is not as it should be. */
export function ConnectionLine() {
  const mood = useMood();
  const { waiting, signOut, isGuest } = useAccount();
  const { live } = useDuet();
  const words = connectionWords(mood, useSyncExternalStore(waiting.subscribe, waiting.get));

  return (
    <div className={styles.line} data-mood={mood} role="status" aria-label="Connection">
      {words !== '' && (
        <p>
          {words}{' '}
          {mood === 'unreachable' && (
            <button type="button" className={button.plain} onClick={() => live.connect()}>
              Try now
            </button>
          )}
          {mood === 'over' && !isGuest && (
            <button type="button" className={button.plain} onClick={signOut}>
              Sign in again
            </button>
          )}
          {mood === 'outdated' && (
            <button type="button" className={button.plain} onClick={() => location.reload()}>
              Reload
            </button>
          )}
        </p>
      )}
    </div>
  );
}

/** The mood, once it has lasted a moment; the good one at once. */
function useMood(): Mood {
  const connection = useConnection();
  const isOnline = useSyncExternalStore(subscribeToNetwork, () => navigator.onLine);
  const [mood, setMood] = useState<Mood>('live');
  const next = moodOf(connection, isOnline, mood);
  const [shown, setShown] = useState<Mood>('live');
  if (next !== mood) setMood(next);
  if (next === 'live' && shown !== 'live') setShown('live');
  useEffect(() => {
    if (next === 'live') return;
    const timer = setTimeout(() => setShown(next), CALM_MS);
    return () => clearTimeout(timer);
  }, [next]);
  return shown;
}

function subscribeToNetwork(listener: () => void): () => void {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}
