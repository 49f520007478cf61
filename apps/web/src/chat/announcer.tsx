import { useState } from 'react';
import hidden from '../appearance/hidden.module.css';
import { useArrivals } from '../notifications/arrivals.ts';

/** Says to screen readers what comes in: the text in the open conversation, elsewhere that there is one. */
export function Announcer({ openId }: { readonly openId: string | undefined }) {
  const [words, setWords] = useState('');
  useArrivals(({ conversation, message }) => {
    const name = message.sender.username;
    setWords(conversation.id === openId ? `${name}: ${message.content}` : `New message from ${name}`);
  });
  return (
    <p className={hidden.hidden} role="status" aria-label="Incoming messages">
      {words}
    </p>
  );
}
