import type { LiveConversation } from '@duet/sdk';
import { useEffect, useRef } from 'react';
import { Avatar } from '../appearance/avatar.tsx';
import button from '../appearance/button.module.css';
import { Icon } from '../appearance/icon.tsx';
import { useNow } from '../appearance/now.ts';
import { lastSeen } from '../appearance/time.ts';
import { isTouch } from '../appearance/touch.ts';
import styles from './thread-header.module.css';

interface ThreadHeaderProps {
  readonly conversation: LiveConversation | undefined;
  readonly takesFocus: boolean;
  readonly onClose: () => void;
}

/** With whom, and whether they are there. */
export function ThreadHeader({ conversation, takesFocus, onClose }: ThreadHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isKnown = conversation !== undefined;
  useEffect(() => {
    // Elsewhere the field to write in takes it.
    if (takesFocus && isKnown && isTouch()) heading.current?.focus();
  }, [takesFocus, isKnown]);

  return (
    <header className={styles.header}>
      <button
        type="button"
        className={`${button.icon} ${styles.back}`}
        aria-label="Back to conversations"
        onClick={onClose}
      >
        <Icon name="back" />
      </button>
      {conversation && (
        <>
          <Avatar user={conversation.peer} size="small" />
          <div className={styles.who}>
            <h2 ref={heading} tabIndex={-1} className={styles.name}>
              <bdi>{conversation.peer.display_name}</bdi>
            </h2>
            <Status {...conversation} />
          </div>
        </>
      )}
    </header>
  );
}

function Status({ isTyping, presence }: LiveConversation) {
  const now = useNow();
  if (isTyping) return <p className={styles.active}>typing…</p>;
  if (!presence) return null;
  if (presence.online) return <p className={styles.status}>online</p>;
  if (presence.last_seen === null) return <p className={styles.status}>offline</p>;
  return <p className={styles.status}>last seen {lastSeen(new Date(presence.last_seen), now)}</p>;
}
