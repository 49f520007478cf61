import { onTestFinished } from 'vitest';

/** Stands in for a browser's window and document, for as long as the test runs. */
export function browser(): { window: EventTarget; document: EventTarget & { visibilityState: string } } {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const standIns = {
    document,
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
  };
  for (const [name, value] of Object.entries(standIns)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, name));
  }
  return { window, document };
}
