import { useState } from 'react';
import hidden from '../appearance/hidden.module.css';
import { useArrivals } from '../notifications/arrivals.ts';

/** Says to screen readers what comes in: the text in the open conversation, elsewhere that there is one. */
export function Announcer({ openId }: { readonly openId: string | undefined }) {
  const [said, setSaid] = useState({ id: '', words: '' });
  useArrivals(({ conversation, message }) => {
    const name = message.sender.display_name;
    const words = conversation.id === openId ? `${name}: ${message.content}` : `New message from ${name}`;
    setSaid({ id: message.message_id, words });
  });
  return (
    <p className={hidden.hidden} role="status" aria-label="Incoming messages">
      <span key={said.id}>{said.words}</span>
    </p>
  );
}
