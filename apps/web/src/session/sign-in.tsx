import { createRest, type Session } from '@duet/sdk';
import { useRef, useState } from 'react';
import { Link } from 'wouter';
import button from '../appearance/button.module.css';
import logo from '../appearance/duet.svg';
import styles from './sign-in.module.css';
import { type Field, type SignInError, signInErrors } from './sign-in-errors.ts';
import { TextField } from './text-field.tsx';

const { auth } = createRest({ url: location.origin, getToken: () => null });

/** The first thing somebody sees: a card to sign in or to make an account. */
export function SignIn({ onSession }: { readonly onSession: (session: Session) => void }) {
  const [isNew, setIsNew] = useState(false);
  const [errors, setErrors] = useState<readonly SignInError[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  async function submit(fields: FormData) {
    const username = String(fields.get('username')).trim();
    const password = String(fields.get('password'));
    const missing = missingOf(username, password);
    if (missing.length > 0) return refuse(missing);
    setErrors([]);
    setIsBusy(true);
    try {
      onSession(await (isNew ? auth.register({ username, password }) : auth.signIn({ username, password })));
    } catch (error) {
      refuse(signInErrors(error));
    } finally {
      setIsBusy(false);
    }
  }

  function refuse(reasons: readonly SignInError[]) {
    setErrors(reasons);
    const field = reasons.find((reason) => reason.field)?.field;
    if (field) form.current?.querySelector<HTMLInputElement>(`[name="${field}"]`)?.focus();
  }

  const wordsAt = (field: Field | undefined) => errors.find((error) => error.field === field)?.words;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <img className={styles.logo} src={logo} alt="" width="48" height="48" />
        <h1 className={styles.title}>{isNew ? 'Create your account' : 'Sign in to Duet'}</h1>
        <form
          ref={form}
          className={styles.form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!isBusy) void submit(new FormData(event.currentTarget));
          }}
        >
          <TextField label="Name" name="username" autoComplete="username" error={wordsAt('username')} />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete={isNew ? 'new-password' : 'current-password'}
            hint={isNew ? 'At least 8 characters.' : undefined}
            error={wordsAt('password')}
          />
          <p className={styles.error} role="alert">
            {wordsAt(undefined)}
          </p>
          <button type="submit" className={`${button.button} ${button.primary}`} aria-disabled={isBusy}>
            {isNew ? 'Create account' : 'Sign in'}
          </button>
        </form>
        <p className={styles.switch}>
          {isNew ? 'You have an account?' : 'New here?'}{' '}
          <button
            type="button"
            className={button.plain}
            onClick={() => {
              setIsNew(!isNew);
              setErrors([]);
            }}
          >
            {isNew ? 'Sign in' : 'Create an account'}
          </button>
        </p>
      </div>
      <div className={styles.demo}>
        <Link href="/demo" className={button.button}>
          Try it with two people
        </Link>
        <p className={styles.quiet}>Two guests, side by side, in one click.</p>
      </div>
      <nav className={styles.links} aria-label="Documentation">
        <a href="/docs/">API reference</a>
        <a href="/docs/socket/">Socket reference</a>
      </nav>
    </main>
  );
}

function missingOf(username: string, password: string): SignInError[] {
  return [
    ...(username === '' ? [{ field: 'username' as const, words: 'Enter a name.' }] : []),
    ...(password === '' ? [{ field: 'password' as const, words: 'Enter a password.' }] : []),
  ];
}
