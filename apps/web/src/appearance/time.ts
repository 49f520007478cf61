// The words are English; how a date is written is the reader's.
const locale = globalThis.navigator?.languages?.find((language) => language.startsWith('en')) ?? 'en-GB';
const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const dayOfYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const shortDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const longDay = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const longDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The time of day. */
export function clockTime(at: Date): string {
  return clock.format(at);
}

/** Date and time, in full. */
export function fullTime(at: Date): string {
  return whole.format(at);
}

/** How long ago, in a word or two: what a row of a list has room for. */
export function briefTime(at: Date, now: Date): string {
  const age = now.getTime() - at.getTime();
  if (age < MINUTE) return 'now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  const days = daysBetween(at, now);
  if (days === 0) return clock.format(at);
  if (days === 1) return 'Yesterday';
  if (days < 7) return weekday.format(at);
  return (at.getFullYear() === now.getFullYear() ? dayOfYear : shortDate).format(at);
}

/** A day, as a heading above its messages. */
export function dayName(at: Date, now: Date): string {
  const days = daysBetween(at, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return (at.getFullYear() === now.getFullYear() ? longDay : longDate).format(at);
}

/** When somebody was last there, after "last seen". */
export function lastSeen(at: Date, now: Date): string {
  const age = now.getTime() - at.getTime();
  if (age < MINUTE) return 'just now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  const days = daysBetween(at, now);
  if (days === 0) return `at ${clock.format(at)}`;
  if (days === 1) return `yesterday at ${clock.format(at)}`;
  return `on ${(at.getFullYear() === now.getFullYear() ? dayOfYear : shortDate).format(at)}`;
}

/** Calendar days from one to the other, as the reader's clock has them. */
function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.max(0, Math.round((midnight(to) - midnight(from)) / (24 * HOUR)));
}
