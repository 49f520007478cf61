import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { onTestFinished } from 'vitest';
import type { Duet } from '../../src/index.ts';
import { DuetProvider } from '../../src/react/index.ts';

/** A page that somebody looks at. */
export interface Page {
  /** The text of the elements that match, one for each. */
  texts(selector: string): string[];
  text(selector: string): string | undefined;
  click(selector: string): void;
  /** Types into a field, as far as others see it. */
  type(selector: string, value: string): void;
  render(node: ReactNode): void;
  unmount(): void;
}

/** Shows something in a page; it ends with the test. */
export function show(node: ReactNode, duet?: Duet): Page {
  const container = document.body.appendChild(document.createElement('main'));
  const root = createRoot(container);
  const texts = (selector: string) =>
    [...container.querySelectorAll(selector)].map(({ textContent }) => textContent ?? '');
  const element = (selector: string) => {
    const found = container.querySelector(selector);
    if (!(found instanceof window.HTMLElement)) throw new Error(`no ${selector} in ${container.innerHTML}`);
    return found;
  };
  const page: Page = {
    texts,
    text: (selector) => texts(selector)[0],
    click: (selector) => element(selector).click(),
    type: (selector, value) => {
      const field = element(selector);
      field.setAttribute('value', value);
      field.dispatchEvent(new window.Event('input', { bubbles: true }));
    },
    render: (next) => root.render(duet ? <DuetProvider duet={duet}>{next}</DuetProvider> : next),
    unmount: () => root.unmount(),
  };
  onTestFinished(() => {
    root.unmount();
    container.remove();
  });
  page.render(node);
  return page;
}
