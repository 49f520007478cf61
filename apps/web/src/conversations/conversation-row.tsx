import type { LiveConversation } from '@duet/sdk';
import { type KeyboardEvent, memo } from 'react';
import { Link } from 'wouter';
import { Avatar } from '../appearance/avatar.tsx';
import hidden from '../appearance/hidden.module.css';
import { useNow } from '../appearance/now.ts';
import { briefTime, fullTime } from '../appearance/time.ts';
import styles from './conversation-row.module.css';
import { activityOf, badgeOf, previewOf } from './preview.ts';

interface ConversationRowProps {
  readonly conversation: LiveConversation;
  readonly isOpen: boolean;
  readonly isTabStop: boolean;
  readonly onMove: (event: KeyboardEvent) => void;
  readonly onFocus: (id: string) => void;
}

/** A conversation in the list: whose, how it stands, and the way into it. */
export const ConversationRow = memo(function ConversationRow({
  conversation,
  isOpen,
  isTabStop,
  onMove,
  onFocus,
}: ConversationRowProps) {
  const { id, peer, presence, isTyping, unread_count } = conversation;
  return (
    <Link
      href={`/c/${id}`}
      className={styles.row}
      aria-current={isOpen ? 'page' : undefined}
      data-conversation={id}
      data-unread={unread_count > 0}
      tabIndex={isTabStop ? 0 : -1}
      onKeyDown={onMove}
      onFocus={() => onFocus(id)}
    >
      <Avatar user={peer} presence={presence} />
      <bdi className={styles.name}>{peer.display_name}</bdi>
      <Activity at={activityOf(conversation)} />
      <span className={styles.preview} dir="auto">
        {isTyping ? <span className={styles.typing}>typing…</span> : previewOf(conversation)}
      </span>
      {unread_count > 0 && (
        <span className={styles.badge}>
          {badgeOf(unread_count)}
          <span className={hidden.hidden}> unread</span>
        </span>
      )}
    </Link>
  );
});

/** By itself, so that a row does not render only because time passes. */
function Activity({ at }: { readonly at: Date }) {
  return (
    <time className={styles.time} dateTime={at.toISOString()} title={fullTime(at)}>
      {briefTime(at, useNow())}
    </time>
  );
}
