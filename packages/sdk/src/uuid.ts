import type { Bytes, GetRandomValues } from './platform.ts';

let time = 0;
let counter = 0;

/**
 * A UUID version 7: its first 48 bits are the time, and the 12 after the version count within a millisecond (RFC 9562, 6.2, method 1), so ids sort as they were
 * made here, whatever the clock does. `randomUUID` is missing on plain http.
 * @param own a random source in place of the platform's
 */
export function uuidv7(own?: GetRandomValues | undefined): string {
  const bytes = randomBytes(10, own);
  const now = Date.now();
  if (now > time) {
    time = now;
    counter = (((bytes[8] ?? 0) & 7) << 8) | (bytes[9] ?? 0); // half of the counter is left to count
  } else if (counter < 0xfff) {
    counter += 1;
  } else {
    time += 1;
    counter = 0;
  }
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const random = Array.from(bytes.subarray(0, 8), (byte) => hex(byte, 2)).join('');
  const variant = '89ab'[(bytes[8] ?? 0) >> 6];
  const stamp = hex(time, 12);
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${hex(counter, 3)}-${variant}${random.slice(1, 4)}-${random.slice(4)}`;
}

/**
 * React Native has no `crypto` unless the app brings one, and one whose native half is missing throws. Ids must differ and need not be secret,
 * so the next best will do.
 */
function randomBytes(length: number, own: GetRandomValues | undefined): Bytes {
  const bytes = new Uint8Array(length);
  try {
    if (own) own(bytes);
    else crypto.getRandomValues(bytes);
    return bytes;
  } catch {
    return bytes.map(() => Math.floor(Math.random() * 256));
  }
}
