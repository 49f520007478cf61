import { Component, type ReactNode } from 'react';
import button from './appearance/button.module.css';
import styles from './crash.module.css';

/** What somebody sees when the app has failed: that it has, and the way on. */
export class Crash extends Component<{ readonly children: ReactNode }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <main className={styles.page}>
        <h1 className={styles.title}>Something went wrong</h1>
        <p>What you wrote is kept. Load the page again to go on.</p>
        <button
          type="button"
          className={`${button.button} ${button.primary}`}
          onClick={() => location.reload()}
        >
          Reload
        </button>
      </main>
    );
  }
}
