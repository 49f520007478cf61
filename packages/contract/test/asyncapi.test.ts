import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  asyncApiDocument,
  CONVERSATION_SOCKET_PATH,
  clientFrames,
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

test('every frame is there, with an example that its schema and the document’s own take', () => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(z.record(z.string(), z.unknown()).parse(document), 'asyncapi');
  const { messages, schemas } = document.components;
  const frames = [
    sendFrame,
    ...serverFrame.options,
    ...Object.values(clientFrames),
    ...Object.values(inboxFrames),
  ];
  expect(Object.keys(messages)).toEqual(frames.map((frame) => frame.meta()?.id));
  for (const frame of frames) {
    const id = `${frame.meta()?.id}`;
    expect(Object.keys(schemas)).toContain(id);
    const payload = messages[id]?.examples[0]?.payload;
    expect(frame.safeParse(payload).error, id).toBeUndefined();
    const validate = ajv.compile({ $ref: `asyncapi#/components/schemas/${id}` });
    validate(payload);
    expect(validate.errors, id).toBeNull();
  }
});

test('every close code is there, with what to do, and those of one socket only there', () => {
  const codesOf = (channel: 'conversation' | 'inbox') =>
    document.channels[channel]['x-close-codes'].map(({ close, error, recovery }) => ({
      close,
      error,
      recovery,
    }));
  const [conversation, inbox] = [codesOf('conversation'), codesOf('inbox')];
  for (const [error, row] of Object.entries(errors)) {
    if ('close' in row)
      expect([...conversation, ...inbox]).toContainEqual({ close: row.close, error, recovery: row.recovery });
  }
  const onlyIn = (one: typeof inbox, other: typeof inbox) =>
    one.filter((row) => !other.some(({ error }) => error === row.error)).map(({ close }) => close);
  expect(onlyIn(conversation, inbox)).toEqual([4403, 4404]);
  expect(onlyIn(inbox, conversation)).toEqual([4406]);
});
