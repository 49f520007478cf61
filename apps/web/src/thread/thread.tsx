import { useConversation, useMessages, useThread } from '@duet/sdk/react';
import { useMemo, useState } from 'react';
import { useAccount } from '../session/account.ts';
import { useAttention } from './attention.ts';
import { Composer } from './composer.tsx';
import { useDivider } from './divider.ts';
import { MessageList } from './message-list.tsx';
import { rowsOf } from './rows.ts';
import styles from './thread.module.css';
import { ThreadHeader } from './thread-header.tsx';
import { Typing } from './typing.tsx';
import { useFirstNew } from './use-first-new.ts';
import { useMarkRead } from './use-mark-read.ts';

interface ThreadProps {
  readonly id: string;
  readonly takesFocus: boolean;
  readonly onClose: () => void;
}

/** An open conversation. */
export function Thread({ id, takesFocus, onClose }: ThreadProps) {
  const { user } = useAccount();
  const thread = useThread(id);
  const conversation = useConversation(id);
  const { messages, outgoing, hasOlder, isSynced, error } = useMessages(id);
  const isLookedAt = useAttention();
  const [isAtEnd, setAtEnd] = useState(false);
  const isEmpty = isSynced && messages.length + outgoing.length === 0;
  const isReading = isAtEnd && isLookedAt && (messages.length > 0 || isEmpty);
  const [divider, removeDivider] = useDivider(
    conversation && { readSeq: conversation.read_seq, unread: conversation.unread_count, isReading },
  );
  const rows = useMemo(
    () => rowsOf(messages, outgoing, user.id, divider),
    [messages, outgoing, user.id, divider],
  );
  const isLooking = useFirstNew(thread, messages, hasOlder, divider);
  useMarkRead(thread, isReading, messages.at(-1)?.seq);

  const name = conversation?.peer.display_name ?? 'somebody';
  return (
    <section
      className={styles.thread}
      aria-label={`Conversation with ${name}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.nativeEvent.isComposing) onClose();
      }}
    >
      <ThreadHeader conversation={conversation} takesFocus={takesFocus} onClose={onClose} />
      {error && error.recovery !== 'retry' ? (
        <p className={styles.notice}>This conversation is not there, or it is not yours.</p>
      ) : (
        <>
          <MessageList
            rows={rows}
            thread={thread}
            peerName={name}
            hasOlder={hasOlder}
            isLooking={isLooking}
            isEmpty={isEmpty}
            unread={conversation?.unread_count ?? 0}
            onAtEnd={setAtEnd}
          />
          <Typing name={name} isTyping={conversation?.isTyping ?? false} />
          <Composer thread={thread} peerName={name} takesFocus={takesFocus} onSend={removeDivider} />
        </>
      )}
    </section>
  );
}
