import { z } from 'zod';
import { conversation, message, user } from './entities.ts';
import { errorCode } from './errors.ts';
import { frameExamples } from './frame-examples.ts';
import { CONVERSATION_SOCKET_PATH, chatMessageFrame, errorFrame, sendFrame } from './frames.ts';
import { closeCodes, handshakes } from './handshake.ts';
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
      description:
        'What is sent, what is received, and why a socket closes. Frames are JSON text of up to 64 KiB. A socket that ends without a close code, 1006 in browsers, was cut off: connect again, and catch up.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      conversation: {
        address: CONVERSATION_SOCKET_PATH,
        title: 'One conversation',
        description:
          'The handshake is always completed; then the close code says why a client may not listen, or no longer. An open socket hears every message that commits from then on, in order and without holes, and receives no other frames than these, ever.',
        parameters: { conversation_id: { description: 'A UUID, derived from the two participants.' } },
        messages: references(CONVERSATION),
        bindings: handshakes.conversation,
        'x-close-codes': closeCodes('conversation'),
      },
      inbox: {
        address: INBOX_SOCKET_PATH,
        title: 'Everything of mine',
        description: `With the subprotocol \`${INBOX_SUBPROTOCOL}\`. The token comes as a first \`auth\` frame within 5 s (the way for browsers), as a subprotocol entry \`${BEARER_SUBPROTOCOL_PREFIX}<JWT>\`, in the header or in the query; once it holds, the server says \`ready\`.\n\nThen \`sync\` names what changed while the client was away, and everything else comes by itself. New frames and fields may be added: ignore what you don’t know.`,
        messages: references(INBOX),
        bindings: handshakes.inbox,
        'x-close-codes': closeCodes('inbox'),
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
      messages: Object.fromEntries(ALL.map(({ schema }) => [idOf(schema), describe(schema)])),
      schemas: { ...schemasOf('input'), ...schemasOf('output') },
    },
  };
}

/** A frame, and the side of the document that it is on. */
interface Frame {
  readonly schema: z.ZodObject;
  readonly io: 'input' | 'output';
}

const CONVERSATION = channel([sendFrame], [chatMessageFrame, errorFrame]);
const INBOX = channel(Object.values(clientFrames), Object.values(inboxFrames));
const ALL = [...CONVERSATION.all, ...INBOX.all];

function channel(received: readonly z.ZodObject[], sent: readonly z.ZodObject[]) {
  const frames = (schemas: readonly z.ZodObject[], io: Frame['io']) =>
    schemas.map((schema) => ({ schema, io }));
  const [toServer, toClient] = [frames(received, 'input'), frames(sent, 'output')];
  return { received: toServer, sent: toClient, all: [...toServer, ...toClient] };
}

function idOf(schema: z.ZodType): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('what has a name in the document has an id');
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
function describe(schema: z.ZodObject) {
  const id = idOf(schema);
  return {
    name: id,
    title: id,
    summary: schema.meta()?.description,
    payload: { $ref: SCHEMAS + id },
    examples: [{ payload: frameExamples.get(schema) }],
  };
}

const SCHEMAS = '#/components/schemas/';

/** The schemas of the frames that go one way, and of what they hold. */
function schemasOf(io: Frame['io']) {
  const registry = z.registry<{ id: string }>();
  for (const frame of ALL) if (frame.io === io) registry.add(frame.schema, { id: idOf(frame.schema) });
  for (const part of [user, message, conversation, conversationState, errorCode])
    if (io === 'output') registry.add(part, { id: idOf(part) });
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-7', io, uri: (id) => SCHEMAS + id });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema]),
  );
}
