import { z } from 'zod';
import { errors } from './errors.ts';
import { CONVERSATION_SOCKET_PATH, chatMessageFrame, errorFrame, sendFrame } from './frames.ts';

/** The AsyncAPI 3.0 document of the socket (PROTOCOL 4), from the server's side: it receives `send` and sends the rest. */
export function asyncApiDocument() {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Duet socket',
      version: '1',
      description: 'One socket for one conversation: what is sent, what is received, and why it closes.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      conversation: {
        address: CONVERSATION_SOCKET_PATH,
        title: 'One conversation',
        description: `The handshake is always completed; the close code says why a client may not listen, or no longer.\n\n${closeCodes()}`,
        parameters: { conversation_id: { description: 'A UUID, derived from the two participants.' } },
        messages: {
          send: reference('messages', 'send'),
          chat_message: reference('messages', 'chat_message'),
          error: reference('messages', 'error'),
        },
        bindings: {
          ws: {
            query: {
              type: 'object',
              properties: {
                token: { type: 'string', description: 'A JWT; or send it as a bearer token in the header.' },
              },
            },
            bindingVersion: '0.1.0',
          },
        },
      },
    },
    operations: {
      send: operation('receive', 'Send a message', ['send']),
      listen: operation('send', 'Hear every message after its commit, and what was wrong with a frame', [
        'chat_message',
        'error',
      ]),
    },
    components: {
      messages: {
        send: message(sendFrame, 'input', { message: 'Hello', message_id: EXAMPLE_ID }),
        chat_message: message(chatMessageFrame, 'output', {
          type: 'chat_message',
          message: 'Hello',
          sender_id: 'ada',
          sender_username: 'ada',
          timestamp: '2026-11-22T10:15:30.123Z',
          message_id: EXAMPLE_ID,
          conversation_id: '0d1f6a52-7c3b-8e4d-9a5f-1b2c3d4e5f60',
          seq: 42,
        }),
        error: message(errorFrame, 'output', {
          type: 'error',
          code: 'invalid_request',
          detail: 'message: must not be blank',
          message_id: EXAMPLE_ID,
        }),
      },
    },
  };
}

const EXAMPLE_ID = '019a0000-0000-7000-8000-000000000001';

type MessageName = 'send' | 'chat_message' | 'error';

function reference(kind: string, name: string) {
  return { $ref: `#/components/${kind}/${name}` };
}

function operation(action: 'send' | 'receive', summary: string, names: MessageName[]) {
  return {
    action,
    summary,
    channel: { $ref: '#/channels/conversation' },
    messages: names.map((name) => ({ $ref: `#/channels/conversation/messages/${name}` })),
  };
}

/** A frame as AsyncAPI describes it; the example must be one. */
function message<S extends z.ZodObject>(schema: S, io: 'input' | 'output', example: z.input<S>) {
  const { id, description } = schema.meta() ?? {};
  // Without its id, which would put the schema behind a reference that only holds within itself.
  const { $schema: _, ...payload } = z.toJSONSchema(z.object(schema.shape), { target: 'draft-7', io });
  return { name: id, title: id, summary: description, payload, examples: [{ payload: example }] };
}

function closeCodes(): string {
  const rows = Object.entries(errors).flatMap(([code, row]) =>
    'close' in row ? `| ${row.close} | \`${code}\` | ${row.title} | ${row.recovery} |` : [],
  );
  return ['| close | code | | recovery |', '|---|---|---|---|', ...rows].join('\n');
}
