import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  asyncApiDocument,
  CONVERSATION_SOCKET_PATH,
  chatMessageFrame,
  clientFrames,
  errorFrame,
  errors,
  inboxFrames,
  sendFrame,
  serverFrame,
} from '../src/index.ts';

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

test('its examples are frames, every frame is there, and it names every close code', () => {
  const { messages, schemas } = document.components;
  const schemaOf = new Map<string, z.ZodType>(
    [sendFrame, chatMessageFrame, errorFrame].map((schema) => [`${schema.meta()?.id}`, schema]),
  );
  for (const [id, { examples = [] }] of Object.entries(messages)) {
    for (const { payload } of examples) expect(schemaOf.get(id)?.safeParse(payload).success, id).toBe(true);
  }
  for (const frame of [
    ...Object.values(clientFrames),
    ...Object.values(inboxFrames),
    ...serverFrame.options,
  ]) {
    expect(Object.keys(messages)).toContain(frame.meta()?.id);
    expect(Object.keys(schemas)).toContain(frame.meta()?.id);
  }
  const { description } = document.channels.conversation;
  for (const [code, row] of Object.entries(errors)) {
    if ('close' in row) expect(description).toContain(`| ${row.close} | \`${code}\` |`);
  }
});
