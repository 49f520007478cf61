import type { Random } from '../random.ts';

const WORDS = [
  'hello',
  'Grüße',
  'こんにちは',
  'שלום',
  '👩‍👩‍👧‍👦',
  'ok?',
  'see you',
  'at 10:15',
  '<b>',
  "it's",
] as const;

/** Text that anybody may write. */
export function plainText(random: Random): string {
  return Array.from({ length: 1 + random.below(8) }, () => random.pick(WORDS)).join(' ');
}

/** Text that is a trap somewhere: in a parser, a database, a template, a log, a terminal. */
export function oddText(random: Random): string {
  return random.pick(ODD)(random);
}

const ODD: readonly [(random: Random) => string, ...((random: Random) => string)[]] = [
  () => '\0',
  () => 'a\0b',
  () => '\ud800',
  () => 'x\udfff\ud800y',
  () => '\u202eevil\u202c',
  () => '\u200b\u200f\ufeff',
  (random) => `a${'\u0301\u0489'.repeat(random.below(500))}`,
  () => '\u{1f468}\u200d'.repeat(40),
  () => ' ',
  () => '',
  () => '\t\n\v\f\r\u0085\u2028\u2029\u3000',
  () => '\u001b[31m\u0007\b',
  () => '\uffff\ufffe\ufdd0',
  () => '\u{10ffff}',
  () => 'İıſẞΣς',
  (random) => 'x'.repeat(random.pick([63, 64, 65, 255, 256, 257, 4096, 9_999, 10_000, 10_001, 60_000])),
  (random) => '\u{1f600}'.repeat(random.pick([32, 33, 64, 128, 5_000, 5_001])),
  () => "' OR 1=1; DROP TABLE messages; --",
  () => "\\'; SELECT pg_sleep(30)--",
  () => '%s%n%x%d{0}$'.concat('{7*7}#{7*7}{{7*7}}'),
  () => '../../../../etc/passwd',
  () => '..\\..\\windows\\win.ini',
  () => '<script>alert(1)</script>',
  () => '{"$ne":null}',
  () => '$(id)`id`|id;id',
  () => 'http://127.0.0.1:5432/',
  () => 'a\r\nSet-Cookie: x=1\r\n\r\nHTTP/1.1 200 OK',
  () => '%_\\%\\_',
  () => 'NaN',
  () => 'null',
  () => '__proto__',
  () => 'constructor',
  () => '2147483648',
  () => '-1',
  () => '1e3',
  () => '0x10',
  () => '٣',
  () => '9'.repeat(400),
  (random) => random.bytes(16).toString('latin1'),
];
