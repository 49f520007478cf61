import { useUnread } from '@duet/sdk/react';
import { useEffect } from 'react';

/** How much is unread, in the title of the page. */
export function PageTitle() {
  const unread = useUnread();
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Duet` : 'Duet';
    return () => {
      document.title = 'Duet';
    };
  }, [unread]);
  return null;
}
