import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import {
  allOperations,
  CONVERSATION_SOCKET_PATH,
  clientFrame,
  clientFrames,
  conversationState,
  type ErrorCode,
  errors,
  INBOX_SOCKET_PATH,
  INBOX_SUBPROTOCOL,
  inboxFrame,
  inboxFrames,
  PAYLOAD_MAX_BYTES,
  problem,
  sendFrame,
  serverFrame,
} from '../src/index.ts';

// PROTOCOL.md is written by hand and read by people; this holds it to the schemas, so that neither can change alone.

const protocol = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8');
const section = (title: string) => {
  const start = protocol.indexOf(`\n## ${title}`);
  const end = protocol.indexOf('\n## ', start + 1);
  return protocol.slice(start, end === -1 ? undefined : end);
};
const rows = (text: string) =>
  [...text.matchAll(/^\| *(.+?) *\|$/gm)].map(([, row = '']) => row.split('|').map((cell) => cell.trim()));

test('5: the error table says what the code says', () => {
  const written = rows(section('5.'))
    .filter(([code]) => code?.startsWith('`'))
    .map(([code, status, close, recovery]) => ({ code, status, close, recovery }));
  const coded = Object.entries(errors).map(([code, row]) => ({
    code: `\`${code}\``,
    status: 'status' in row ? `${row.status}` : '',
    close: 'close' in row ? `${row.close}` : '',
    recovery: row.recovery,
  }));
  expect(written).toEqual(coded);
});

test('3: every operation is described with its method, path and name, and no other', () => {
  const text = section('3.');
  const named = [...text.matchAll(/`(GET|POST|PUT) (\/api\/[^`?]*)[^`]*` — (\w+)/g)].map(
    ([, method, path, id]) => `${method} ${path} ${id}`,
  );
  const tabled = rows(text).flatMap(([id, request]) => {
    const [, method, path] = /^`(GET|POST) (\/api\/\S*)`/.exec(request ?? '') ?? [];
    return method ? [`${method} ${path} ${id}`] : [];
  });
  const coded = allOperations.map(({ operation: { method, path, id } }) => `${method} ${path} ${id}`);
  expect([...named, ...tabled].sort()).toEqual(coded.sort());
});

test('3: every success status of an operation is named where it is described', () => {
  for (const { operation } of allOperations) {
    const text = protocol
      .split(/\n(?=###? )|\n(?=\| \w)|\n(?=`(?:GET|PUT))/)
      .find((part) => part.includes(`— ${operation.id}`) || part.startsWith(`| ${operation.id} `));
    for (const status of Object.keys(operation.success)) expect(text, operation.id).toContain(status);
  }
});

test('4: the close codes say what the error table says', () => {
  const text = section('4.') + section('7.');
  const written = rows(text).filter(([code]) => /^\d{4}$/.test(code ?? ''));
  expect(written.length).toBeGreaterThan(0);
  for (const [close, ...rest] of written) {
    const codes = [...rest.join(' ').matchAll(/`(\w+)`/g)]
      .map(([, code]) => code)
      .filter((code): code is ErrorCode => code !== undefined && code in errors);
    expect(codes.length).toBeGreaterThan(0);
    for (const code of codes) expect(errors[code]).toMatchObject({ close: Number(close) });
  }
  expect(text).toContain(CONVERSATION_SOCKET_PATH);
  expect(text).toContain(`${PAYLOAD_MAX_BYTES / 1024} KiB`);
});

test('7: every frame is described with its fields, and no other', () => {
  const text = section('7.');
  for (const [title, frames] of [
    ['### 7.5', clientFrames],
    ['### 7.6', inboxFrames],
  ] as const) {
    const [, after = ''] = text.split(title);
    const described = new Map(
      rows(after.split('\n###', 1).join()).flatMap(([name = '', fields = '']) => {
        const [, type] = /^`(\w+)`$/.exec(name) ?? [];
        return type ? [[type, [...fields.matchAll(/`(\w+)\??`/g)].map(([, field = '']) => field)]] : [];
      }),
    );
    expect([...described.keys()].sort()).toEqual(Object.keys(frames).sort());
    for (const [type, schema] of Object.entries<z.ZodObject>(frames)) {
      const fields = Object.keys(schema.shape).filter((field) => field !== 'type');
      // `chat_message` is "as in 4.3", and what is new.
      const inherited = schema === inboxFrames.chat_message ? fields.slice(0, -2) : [];
      expect([...inherited, ...(described.get(type) ?? [])].sort(), type).toEqual([...fields].sort());
    }
  }
  expect(text).toContain(`ws://host${INBOX_SOCKET_PATH}\``);
  expect(text).toContain(INBOX_SUBPROTOCOL);
});

test('the examples are of the shapes they show', () => {
  const examples = [...protocol.matchAll(/```json\n([\s\S]+?)```/g)].map(
    ([, text = '']): Record<string, unknown> =>
      JSON.parse(text.replaceAll('019a…', '019a0000-0000-7000-8000-000000000000')),
  );
  expect(examples).toHaveLength(9);
  for (const example of examples) {
    const schemas = [problem, conversationState, sendFrame, serverFrame, inboxFrame, clientFrame];
    expect(
      schemas.some((schema) => schema.safeParse(example).success),
      JSON.stringify(example),
    ).toBe(true);
  }
});
