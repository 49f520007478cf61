import { useEffect, useState } from 'react';
import { Icon } from '../appearance/icon.tsx';
import styles from './copy-button.module.css';

const SHOWN_MS = 1500;

/** Copies the text of a message, where there is a clipboard, as there is in secure contexts; it shows when the message is pointed at, touched, or reached with the keyboard. */
export function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      className={styles.copy}
      aria-label={isCopied ? 'Copied' : 'Copy message'}
      onClick={() => void copy(text).then(setCopied)}
    >
      {isCopied ? <Icon name="check" /> : <Icon name="copy" />}
    </button>
  );
}

/** @returns whether it is copied; the browser may not want to */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
