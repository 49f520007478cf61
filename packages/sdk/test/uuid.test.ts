import { messageId } from '@duet/contract';
import { expect, onTestFinished, test, vi } from 'vitest';
import { uuidv7 } from '../src/uuid.ts';

test.each([
  ['the platform’s random source', () => {}],
  ['none, as in React Native', () => void vi.stubGlobal('crypto', undefined)],
  ['half a one', () => void vi.stubGlobal('crypto', {})],
])(
  'with %s ids sort as they were made, also within a millisecond, and are what the contract takes',
  (_, prepare) => {
    onTestFinished(() => void vi.unstubAllGlobals());
    prepare();
    const ids = Array.from({ length: 20_000 }, uuidv7);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(messageId.safeParse(ids[0]).success).toBe(true);
  },
);
