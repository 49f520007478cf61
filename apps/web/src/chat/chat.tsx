import { useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import hidden from '../appearance/hidden.module.css';
import { ConnectionLine } from '../connection/connection-line.tsx';
import { StorageLine } from '../connection/storage-line.tsx';
import { ConversationPanel } from '../conversations/conversation-panel.tsx';
import { useAccount } from '../session/account.ts';
import { Thread } from '../thread/thread.tsx';
import { Announcer } from './announcer.tsx';
import styles from './chat.module.css';
import { Welcome } from './welcome.tsx';

/** One person's chats: the list and the open conversation, beside each other where there is room, or one at a time. */
export function Chat() {
  const { user } = useAccount();
  const [, params] = useRoute('/c/:id');
  const [, navigate] = useLocation();
  const id = params?.id;
  // The focus stays where it is when a page opens, and follows whoever moves on from there.
  const [place, setPlace] = useState({ id, hasMoved: false });
  if (place.id !== id) setPlace({ id, hasMoved: true });

  return (
    <div className={styles.side}>
      <h1 className={hidden.hidden}>Chats of {user.display_name}</h1>
      <Announcer openId={id} />
      <ConnectionLine />
      <StorageLine />
      <div className={styles.panes} data-open={id !== undefined}>
        <div className={styles.list}>
          <ConversationPanel openId={id} />
        </div>
        <div className={styles.thread}>
          {id === undefined ? (
            <Welcome />
          ) : (
            <Thread key={id} id={id} takesFocus={place.hasMoved} onClose={() => navigate('/')} />
          )}
        </div>
      </div>
    </div>
  );
}
