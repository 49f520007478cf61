const DAY_MS = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
const threeDigits = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

let knownDay = 0;
let knownDate = '1970-01-01';

/** Milliseconds since 1970 as the wire shows them (PROTOCOL 1.2); `Date` does the same more slowly, and a page has fifty of them. */
export function toTimestamp(milliseconds: number): string {
  const day = Math.floor(milliseconds / DAY_MS);
  if (day !== knownDay) {
    knownDay = day;
    knownDate = new Date(milliseconds).toISOString().slice(0, -14);
  }
  const rest = milliseconds - day * DAY_MS;
  const [hours, minutes] = [Math.floor(rest / 3_600_000), Math.floor(rest / 60_000) % 60];
  const seconds = Math.floor(rest / 1000) % 60;
  return `${knownDate}T${twoDigits[hours]}:${twoDigits[minutes]}:${twoDigits[seconds]}.${threeDigits[rest % 1000]}Z`;
}
