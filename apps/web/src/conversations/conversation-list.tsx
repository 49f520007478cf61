import { useConversations } from '@duet/sdk/react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import styles from './conversation-list.module.css';
import { ConversationRow } from './conversation-row.tsx';
import { LoadMore } from './load-more.tsx';

const ROW_PX = 66;

/** My conversations, latest activity first. Arrow keys go up and down. */
export function ConversationList({ openId }: { readonly openId: string | undefined }) {
  const { items, hasMore, loadMore } = useConversations();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const [focusedId, setFocusedId] = useState<string>();
  useFocusOnReturn(scroller, openId);

  const indexOf = (id: string | undefined) => items.findIndex((item) => item.id === id);
  const tabStop = Math.max(0, indexOf(focusedId) >= 0 ? indexOf(focusedId) : indexOf(openId));

  function move(event: KeyboardEvent) {
    const to = { ArrowDown: tabStop + 1, ArrowUp: tabStop - 1, Home: 0, End: items.length - 1 }[event.key];
    const target = to === undefined ? undefined : items[to];
    if (to === undefined || !target) return;
    event.preventDefault();
    setFocusedId(target.id);
    list.current?.scrollToIndex(to, { align: 'nearest' });
    // The row may have to be made first.
    requestAnimationFrame(() => rowOf(scroller.current, target.id)?.focus());
  }

  return (
    <div ref={scroller} className={styles.scroller}>
      <Virtualizer
        ref={list}
        scrollRef={scroller}
        as="ul"
        item="li"
        data={items}
        itemSize={ROW_PX}
        keepMounted={items.length > 0 ? [tabStop] : []}
      >
        {(conversation, index) => (
          <ConversationRow
            key={conversation.id}
            conversation={conversation}
            isOpen={conversation.id === openId}
            isTabStop={index === tabStop}
            onMove={move}
            onFocus={setFocusedId}
          />
        )}
      </Virtualizer>
      {hasMore && <LoadMore key={items.length} what="conversations" load={loadMore} />}
    </div>
  );
}

/** Whoever closes a conversation is back at its row. */
function useFocusOnReturn(scroller: { readonly current: HTMLElement | null }, openId: string | undefined) {
  const before = useRef(openId);
  useEffect(() => {
    if (openId === undefined && before.current !== undefined)
      rowOf(scroller.current, before.current)?.focus();
    before.current = openId;
  }, [scroller, openId]);
}

function rowOf(scroller: HTMLElement | null, id: string): HTMLElement | null | undefined {
  return scroller?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(id)}"]`);
}
