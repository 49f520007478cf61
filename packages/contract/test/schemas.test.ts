import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allOperations,
  errors,
  MESSAGE_MAX_LENGTH,
  operations,
  PAYLOAD_MAX_BYTES,
  sendFrame,
} from '../src/index.ts';

const { send } = operations.messages;
const content = (value: unknown) => send.input.safeParse({ conversation_id: 'x', content: value });

describe('1.3 text', () => {
  test('whatever is accepted comes out as it went in, and fits into a frame', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        const parsed = content(value);
        const storable = value.isWellFormed() && !value.includes('\0') && value.trim() !== '';
        expect(parsed.success).toBe(storable);
        if (parsed.success) expect(parsed.data.content).toBe(value);
      }),
    );
    const widest =
      JSON.stringify({ message: 'x', message_id: crypto.randomUUID() }).length +
      MESSAGE_MAX_LENGTH * '\\u0000'.length;
    expect(widest).toBeLessThanOrEqual(PAYLOAD_MAX_BYTES);
  });

  test('lengths are UTF-16 code units', () => {
    expect(content('😀'.repeat(5000)).success).toBe(true);
    expect(content(`${'😀'.repeat(5000)}x`).success).toBe(false);
  });
});

test('1.1 a message_id is a UUID of any version, answered in lower case', () => {
  const id = '019A0000-0000-7000-8000-00000000000A';
  expect(sendFrame.parse({ message: 'x', message_id: id }).message_id).toBe(id.toLowerCase());
  for (const bad of ['', 'x', `${id}0`, `{${id}}`, id.replaceAll('-', '')]) {
    expect(sendFrame.safeParse({ message: 'x', message_id: bad }).success).toBe(false);
  }
});

test('every operation has a path of its own with its method, ends in a slash, and takes what its path names', () => {
  const keys = allOperations.map(({ operation: { method, path } }) => `${method} ${path}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { operation } of allOperations) {
    expect(operation.path.endsWith('/')).toBe(true);
    for (const [, name = ''] of operation.path.matchAll(/\{(\w+)\}/g))
      expect(Object.keys(operation.input.shape)).toContain(name);
    expect(new Set(operation.errors).size).toBe(operation.errors.length);
  }
});

test('close codes are those that an application may use, or that have a meaning of their own (RFC 6455, and IANA’s registry)', () => {
  for (const row of Object.values(errors)) {
    if ('close' in row)
      expect(row.close >= 4000 || [1007, 1009, 1011, 1012, 1013].includes(row.close)).toBe(true);
  }
});
