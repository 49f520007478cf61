import { useRef } from 'react';
import {
  useConnection,
  useConversation,
  useConversations,
  useMe,
  useMessages,
  usePresence,
  useThread,
  useTyping,
  useUnread,
} from '../../src/react/index.ts';

// A chat as an application would write it.

export function Status() {
  return (
    <p className="status">
      {useConnection().status} {useMe()?.id}
    </p>
  );
}

export function Inbox() {
  const { items, hasMore, isSynced, loadMore } = useConversations();
  return (
    <nav>
      <b className="unread">{useUnread()}</b>
      <i className="inbox">{isSynced ? 'synced' : 'syncing'}</i>
      {items.map(({ id, peer, unread_count, last_message }) => (
        <p key={id} className="row">
          {peer.username}: {last_message?.content} ({unread_count})
        </p>
      ))}
      {hasMore && (
        <button type="button" className="more" onClick={() => void loadMore()}>
          More
        </button>
      )}
    </nav>
  );
}

export function Header({ id }: { id: string }) {
  const isTyping = useTyping(id);
  const presence = usePresence(id);
  return (
    <header>
      <h1>{useConversation(id)?.peer.id}</h1>
      <p className="presence">{presence ? (presence.online ? 'online' : 'offline') : 'unknown'}</p>
      <p className="typing">{isTyping ? 'typing' : ''}</p>
    </header>
  );
}

export function Messages({ id }: { id: string }) {
  const { messages, outgoing, hasOlder, isSynced, error, loadOlder } = useMessages(id);
  const thread = useThread(id);
  return (
    <section>
      <i className="messages">{error?.code ?? (isSynced ? 'synced' : 'syncing')}</i>
      {hasOlder && (
        <button type="button" className="older" onClick={() => void loadOlder()}>
          Older
        </button>
      )}
      {messages.map(({ message_id, content, read }) => (
        <p key={message_id} className="message">
          {content}
          {read && ' ✓'}
        </p>
      ))}
      {outgoing.map(({ message_id, content, status }) => (
        <p key={message_id} className="outgoing">
          {content} {status}
        </p>
      ))}
      <button type="button" className="read" onClick={() => thread.markRead()}>
        Read
      </button>
    </section>
  );
}

export function Composer({ id }: { id: string }) {
  const thread = useThread(id);
  const field = useRef<HTMLInputElement>(null);
  const send = () => thread.send(field.current?.value ?? '');
  return (
    <form>
      <input ref={field} onInput={() => thread.setTyping(true)} />
      <button type="button" className="send" onClick={send}>
        Send
      </button>
    </form>
  );
}

export function Chat({ id }: { id: string }) {
  return (
    <>
      <Status />
      <Inbox />
      <Header id={id} />
      <Messages id={id} />
      <Composer id={id} />
    </>
  );
}
