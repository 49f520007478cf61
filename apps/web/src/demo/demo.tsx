import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import button from '../appearance/button.module.css';
import { signInErrors } from '../session/sign-in-errors.ts';
import styles from './demo.module.css';
import { GuestSide } from './guest-side.tsx';
import { makePair } from './guests.ts';
import { forgetPair, guestStores, keepPair, keptConversation } from './pair-store.ts';

/** Two guests side by side, each with an app and a client of their own, and the conversation between them open. */
export function Demo() {
  const [conversationId, setConversationId] = useState(keptConversation);
  const [problem, setProblem] = useState<string>();
  const [shown, setShown] = useState(0);
  const [round, setRound] = useState(0);

  useEffect(() => {
    document.title = 'Two people – Duet';
    return () => {
      document.title = 'Duet';
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round is another try
  useEffect(() => {
    if (conversationId !== undefined) return;
    let isWanted = true;
    makePair().then(
      (pair) => {
        if (!isWanted) return;
        keepPair(pair);
        setConversationId(pair.conversationId);
      },
      (error: unknown) => isWanted && setProblem(signInErrors(error)[0]?.words),
    );
    return () => {
      isWanted = false;
    };
  }, [conversationId, round]);

  function startOver() {
    forgetPair();
    setProblem(undefined);
    setConversationId(undefined);
    setRound(round + 1);
  }

  return (
    <main className={styles.demo}>
      <header className={styles.header}>
        <p className={styles.title}>
          <strong>Two people, live.</strong> <span>Write on one side and watch the other.</span>
        </p>
        <fieldset className={styles.switch} aria-label="Side to show">
          {guestStores.map((store, index) => (
            <button
              key={store.name}
              type="button"
              aria-pressed={shown === index}
              onClick={() => setShown(index)}
            >
              {index === 0 ? 'First' : 'Second'}
            </button>
          ))}
        </fieldset>
        <button type="button" className={styles.action} onClick={startOver}>
          New pair
        </button>
        <Link href="/" className={styles.action}>
          Leave
        </Link>
      </header>
      {problem !== undefined && (
        <div className={styles.problem} role="alert">
          <p>{problem}</p>
          <button type="button" className={button.button} onClick={startOver}>
            Try again
          </button>
        </div>
      )}
      {problem === undefined && conversationId === undefined && (
        <p className={styles.problem} role="status">
          Making two guests…
        </p>
      )}
      {conversationId !== undefined && (
        <div className={styles.sides} data-shown={shown}>
          {guestStores.map((store) => (
            <GuestSide key={store.name + conversationId} store={store} conversationId={conversationId} />
          ))}
        </div>
      )}
    </main>
  );
}
