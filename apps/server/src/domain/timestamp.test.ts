import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toTimestamp } from './timestamp.ts';

test('a timestamp is what Date makes of it, in any order of days, before 1970 and after 9999', () => {
  const instant = fc.integer({ min: -62_198_755_200_000, max: 8.64e15 });
  fc.assert(
    fc.property(fc.array(instant), (instants) => {
      expect(instants.map(toTimestamp)).toEqual(instants.map((ms) => new Date(ms).toISOString()));
    }),
  );
});
