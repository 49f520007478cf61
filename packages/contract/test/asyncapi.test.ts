import { Parser } from '@asyncapi/parser';
import { expect, test } from 'vitest';
import { asyncApiDocument, CONVERSATION_SOCKET_PATH, errors, sendFrame, serverFrame } from '../src/index.ts';

const document = asyncApiDocument();

test('an independent parser takes the document, examples included', async () => {
  const { diagnostics, document: parsed } = await new Parser().parse(JSON.stringify(document));
  expect(
    diagnostics
      .filter(({ severity }) => severity === 0)
      .map(({ message, path }) => [message, path.join('.')]),
  ).toEqual([]);
  expect(
    parsed
      ?.channels()
      .all()
      .map((channel) => channel.address()),
  ).toEqual([CONVERSATION_SOCKET_PATH]);
  expect(parsed?.operations().all()).toHaveLength(2);
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
