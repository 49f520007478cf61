import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conversationIdOf, isConversationId } from './id.ts';

test('a pair has one id, whoever is named first; another pair or another key has another', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => createSecretKey(bytes));
  fc.assert(
    fc.property(key, fc.string(), fc.string(), fc.string(), (secret, a, b, c) => {
      const id = conversationIdOf(secret, a, b);
      expect(isConversationId(id)).toBe(true);
      expect(conversationIdOf(secret, b, a)).toBe(id);
      expect(conversationIdOf(createSecretKey(randomBytes(32)), a, b)).not.toBe(id);
      if (c !== b) expect(conversationIdOf(secret, a, c)).not.toBe(id);
      // Where one name ends and the other begins is part of it.
      if (a !== '')
        expect(conversationIdOf(secret, a.slice(1), a[0] + b)).not.toBe(
          conversationIdOf(secret, a, `${a}\n${b}`),
        );
    }),
  );
});
