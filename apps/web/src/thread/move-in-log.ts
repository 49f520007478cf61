import type { KeyboardEvent } from 'react';

/** In the messages, arrow keys go from one to the next; from the log itself the way up begins at the lowest that is seen. */
export function moveInLog(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const log = event.currentTarget;
  const { target } = event;
  if (step === undefined || !(target instanceof HTMLElement)) return;
  const messages = [...log.querySelectorAll<HTMLElement>('article')];
  const from = messages.indexOf(target);
  if (from < 0 && target !== log) return;
  const edge = log.getBoundingClientRect().bottom;
  const lowest = messages.findLast((message) => message.getBoundingClientRect().bottom <= edge);
  const next = from < 0 ? lowest : messages[from + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
