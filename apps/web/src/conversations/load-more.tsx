import { useEffect, useRef, useState } from 'react';
import button from '../appearance/button.module.css';
import styles from './load-more.module.css';

interface LoadMoreProps {
  readonly what: string;
  readonly load: () => Promise<void>;
}

/** Stands at the end of a list, and loads more when it comes near. */
export function LoadMore({ what, load }: LoadMoreProps) {
  const place = useRef<HTMLDivElement>(null);
  const [hasFailed, setFailed] = useState(false);

  useEffect(() => {
    if (!place.current || hasFailed) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) load().catch(() => setFailed(true));
      },
      { rootMargin: '400px' },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [load, hasFailed]);

  return (
    <div ref={place} className={styles.more} role="status">
      {hasFailed ? (
        <>
          More {what} could not be loaded.{' '}
          <button type="button" className={button.plain} onClick={() => setFailed(false)}>
            Try again
          </button>
        </>
      ) : (
        `Loading more ${what}…`
      )}
    </div>
  );
}
