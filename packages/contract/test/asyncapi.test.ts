import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { asyncApiDocument, CONVERSATION_SOCKET_PATH, errors, sendFrame, serverFrame } from '../src/index.ts';

const document = asyncApiDocument();

test('the document is what AsyncAPI’s own schema asks for', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(specs.schemasWithoutId['3.0.0']));
  validate(document);
  expect(validate.errors).toBeNull();
  expect(document.channels.conversation.address).toBe(CONVERSATION_SOCKET_PATH);
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  expect(references.length).toBeGreaterThan(0);
  for (const path of references) {
    let found: unknown = document;
    for (const key of path.split('/')) found = new Map(Object.entries(found ?? {})).get(key);
    expect(found, path).toBeDefined();
  }
});

test('its examples are frames, and it names every close code', () => {
  const { send, ...received } = document.components.messages;
  for (const { payload } of send.examples) expect(sendFrame.safeParse(payload).success).toBe(true);
  for (const { examples } of Object.values(received)) {
    for (const { payload } of examples) expect(serverFrame.safeParse(payload).success).toBe(true);
  }
  const { description } = document.channels.conversation;
  for (const [code, row] of Object.entries(errors)) {
    if ('close' in row) expect(description).toContain(`| ${row.close} | \`${code}\` |`);
  }
});
