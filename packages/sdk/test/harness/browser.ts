import { onTestFinished } from 'vitest';

/** Says how many listen to it. */
class CountingTarget extends EventTarget {
  listening = 0;

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listening += 1;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listening -= 1;
    super.removeEventListener(...args);
  }
}

/** Stands in for a browser's window and document, for as long as the test runs. */
export function browser(): {
  window: CountingTarget;
  document: CountingTarget & { visibilityState: string };
} {
  const window = new CountingTarget();
  const document = Object.assign(new CountingTarget(), { visibilityState: 'visible' });
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
