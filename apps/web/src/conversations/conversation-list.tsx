import { useConversations } from '@duet/sdk/react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Virtualizer } from 'virtua';
import styles from './conversation-list.module.css';
import { ConversationRow } from './conversation-row.tsx';
import { LoadMore } from './load-more.tsx';

const ROW_PX = 66;

/** My conversations, latest activity first. Arrow keys go up and down. */
export function ConversationList({ openId }: { readonly openId: string | undefined }) {
  const { items, hasMore, loadMore } = useConversations();
  const scroller = useRef<HTMLDivElement>(null);
  const [focusedId, setFocusedId] = useState<string>();
  const goesTo = useRef<string>(undefined);
  // Not before the row is there: what has the focus is in the page wherever the list is scrolled to.
  useEffect(() => {
    if (goesTo.current !== undefined && goesTo.current === focusedId) focusRow(scroller.current, focusedId);
    goesTo.current = undefined;
  }, [focusedId]);
  useFocusOnReturn(scroller, openId);

  const indexOf = (id: string | undefined) => items.findIndex((item) => item.id === id);
  const tabStop = Math.max(0, indexOf(focusedId) >= 0 ? indexOf(focusedId) : indexOf(openId));

  function move(event: KeyboardEvent) {
    const to = { ArrowDown: tabStop + 1, ArrowUp: tabStop - 1, Home: 0, End: items.length - 1 }[event.key];
    const target = to === undefined ? undefined : items[to];
    if (!target) return;
    event.preventDefault();
    goesTo.current = target.id;
    setFocusedId(target.id);
  }

  return (
    <div ref={scroller} className={styles.scroller}>
      <Virtualizer
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

/** A row that was just made takes no focus before it is measured, some frames later. */
function focusRow(scroller: HTMLElement | null, id: string, frames = 10) {
  const row = rowOf(scroller, id);
  row?.focus();
  if (row && document.activeElement !== row && frames > 0)
    requestAnimationFrame(() => focusRow(scroller, id, frames - 1));
}
