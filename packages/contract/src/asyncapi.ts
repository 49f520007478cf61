import { z } from 'zod';
import { conversation, message, user } from './entities.ts';
import { errors } from './errors.ts';
import { CONVERSATION_SOCKET_PATH, chatMessageFrame, errorFrame, sendFrame } from './frames.ts';
import {
  BEARER_SUBPROTOCOL_PREFIX,
  clientFrames,
  conversationState,
  INBOX_SOCKET_PATH,
  INBOX_SUBPROTOCOL,
  inboxFrames,
} from './inbox-frames.ts';

/** The AsyncAPI 3.0 document of the sockets (PROTOCOL 4 and 7), from the server's side: it receives what clients send. */
export function asyncApiDocument() {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Duet sockets',
      version: '1',
      description: 'What is sent, what is received, and why a socket closes.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      conversation: {
        address: CONVERSATION_SOCKET_PATH,
        title: 'One conversation',
        description: `The handshake is always completed; the close code says why a client may not listen, or no longer.\n\n${closeCodes()}`,
        parameters: { conversation_id: { description: 'A UUID, derived from the two participants.' } },
        messages: references(CONVERSATION),
        bindings: tokenInQuery('A JWT; or send it as a bearer token in the header.'),
      },
      inbox: {
        address: INBOX_SOCKET_PATH,
        title: 'Everything of mine',
        description: `With the subprotocol \`${INBOX_SUBPROTOCOL}\`. The token is sent as a first frame, as a subprotocol entry \`${BEARER_SUBPROTOCOL_PREFIX}<JWT>\`, in the header or in the query. The close codes are those of the other channel.`,
        messages: references(INBOX),
        bindings: tokenInQuery('A JWT; better sent as a first frame.'),
      },
    },
    operations: {
      send: operation('receive', 'conversation', 'Send a message', CONVERSATION.received),
      listen: operation(
        'send',
        'conversation',
        'Hear every message after its commit, and what was wrong with a frame',
        CONVERSATION.sent,
      ),
      act: operation('receive', 'inbox', 'Authenticate, catch up, send, read, type, watch', INBOX.received),
      follow: operation('send', 'inbox', 'Hear everything that concerns the user', INBOX.sent),
    },
    components: {
      messages: Object.fromEntries(
        ALL.map(({ schema, example }) => [idOf(schema), describe(schema, example)]),
      ),
      schemas: { ...schemasOf('input'), ...schemasOf('output') },
    },
  };
}

/** A frame, and the side of the document that it is on. */
interface Frame {
  readonly schema: z.ZodObject;
  readonly io: 'input' | 'output';
  readonly example?: unknown;
}

const EXAMPLE_ID = '019a0000-0000-7000-8000-000000000001';
const EXAMPLES = new Map<z.ZodObject, unknown>([
  [sendFrame, { message: 'Hello', message_id: EXAMPLE_ID }],
  [
    chatMessageFrame,
    {
      type: 'chat_message',
      message: 'Hello',
      sender_id: 'ada',
      sender_username: 'ada',
      timestamp: '2026-11-22T10:15:30.123Z',
      message_id: EXAMPLE_ID,
      conversation_id: '0d1f6a52-7c3b-8e4d-9a5f-1b2c3d4e5f60',
      seq: 42,
    },
  ],
  [
    errorFrame,
    {
      type: 'error',
      code: 'invalid_request',
      detail: 'message: must not be blank',
      message_id: EXAMPLE_ID,
    },
  ],
]);

const CONVERSATION = channel([sendFrame], [chatMessageFrame, errorFrame]);
const INBOX = channel(Object.values(clientFrames), Object.values(inboxFrames));
const ALL = [...CONVERSATION.all, ...INBOX.all];

function channel(received: readonly z.ZodObject[], sent: readonly z.ZodObject[]) {
  const frames = (schemas: readonly z.ZodObject[], io: Frame['io']) =>
    schemas.map((schema) => ({ schema, io, example: EXAMPLES.get(schema) }));
  const [toServer, toClient] = [frames(received, 'input'), frames(sent, 'output')];
  return { received: toServer, sent: toClient, all: [...toServer, ...toClient] };
}

function idOf(schema: z.ZodObject): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('every frame has an id');
  return id;
}

function references({ all }: { all: readonly Frame[] }) {
  return Object.fromEntries(
    all.map(({ schema }) => [idOf(schema), { $ref: `#/components/messages/${idOf(schema)}` }]),
  );
}

function operation(
  action: 'send' | 'receive',
  channelName: string,
  summary: string,
  frames: readonly Frame[],
) {
  return {
    action,
    summary,
    channel: { $ref: `#/channels/${channelName}` },
    messages: frames.map(({ schema }) => ({ $ref: `#/channels/${channelName}/messages/${idOf(schema)}` })),
  };
}

/** A frame as AsyncAPI describes it. */
function describe(schema: z.ZodObject, example: unknown) {
  const id = idOf(schema);
  return {
    name: id,
    title: id,
    summary: schema.meta()?.description,
    payload: { $ref: SCHEMAS + id },
    ...(example !== undefined && { examples: [{ payload: example }] }),
  };
}

const SCHEMAS = '#/components/schemas/';

/** The schemas of the frames that go one way, and of what they hold. */
function schemasOf(io: Frame['io']) {
  const registry = z.registry<{ id: string }>();
  for (const frame of ALL) if (frame.io === io) registry.add(frame.schema, { id: idOf(frame.schema) });
  for (const part of [user, message, conversation, conversationState])
    if (io === 'output') registry.add(part, { id: idOf(part) });
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-7', io, uri: (id) => SCHEMAS + id });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema]),
  );
}

function tokenInQuery(description: string) {
  const query = { type: 'object', properties: { token: { type: 'string', description } } };
  return { ws: { query, bindingVersion: '0.1.0' } };
}

function closeCodes(): string {
  const rows = Object.entries(errors).flatMap(([code, row]) =>
    'close' in row ? `| ${row.close} | \`${code}\` | ${row.title} | ${row.recovery} |` : [],
  );
  return ['| close | code | | recovery |', '|---|---|---|---|', ...rows].join('\n');
}
