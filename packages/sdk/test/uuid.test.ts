import { messageId } from '@duet/contract';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDuet, createRest, type Fetch } from '../src/index.ts';
import { uuidv7 } from '../src/uuid.ts';

const broken = () => {
  throw new Error('its native half is missing');
};

test.each([
  ['the platform’s random source', () => {}],
  ['none, as in React Native', () => void vi.stubGlobal('crypto', undefined)],
  ['half a one', () => void vi.stubGlobal('crypto', {})],
  ['one that throws', () => void vi.stubGlobal('crypto', { getRandomValues: broken })],
])(
  'with %s ids sort as they were made, also within a millisecond, and are what the contract takes',
  (_, prepare) => {
    onTestFinished(() => void vi.unstubAllGlobals());
    prepare();
    const ids = Array.from({ length: 20_000 }, () => uuidv7());
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(messageId.safeParse(ids[0]).success).toBe(true);
  },
);

const OWN = /-7[0-9a-f]{3}-abab-abababababab$/;

test.each([
  ['the platform has one', () => {}],
  ['it has none', () => void vi.stubGlobal('crypto', undefined)],
])('a random source of the caller’s is the one that is used, when %s', async (_, prepare) => {
  onTestFinished(() => void vi.unstubAllGlobals());
  prepare();
  const sent: string[] = [];
  const fetch: Fetch = async (_url, { body = '' }) => {
    sent.push(JSON.parse(body).message_id);
    return { ok: true, status: 201, headers: new Headers(), text: async () => '{}' };
  };
  const options = {
    url: 'http://localhost',
    getToken: () => 'token',
    fetch,
    getRandomValues: (bytes: Uint8Array) => bytes.fill(0xab),
  };
  const [rest, duet] = [createRest(options), createDuet(options)];
  const message = { conversation_id: 'c', content: 'Hello' };
  for (const { messages } of [rest, duet]) await messages.send(message);
  sent.push(duet.live.conversation('c').send('Hello').message_id);
  expect(sent).toHaveLength(3);
  for (const id of sent) expect(id).toMatch(OWN);
});

test('a random source of the caller’s that throws keeps no message from being sent', () => {
  const duet = createDuet({
    url: 'http://localhost',
    getToken: () => null,
    getRandomValues: broken,
  });
  const ids = Array.from({ length: 100 }, () => duet.live.conversation('c').send('Hello').message_id);
  expect(new Set(ids).size).toBe(100);
  expect(messageId.safeParse(ids[0]).success).toBe(true);
});
