import type { asyncApiDocument } from '@duet/contract';
import type { Schema } from './fields.ts';

export type Document = ReturnType<typeof asyncApiDocument>;
type Channel = Document['channels'][keyof Document['channels']];

/** A frame with what is said of it. */
export interface Frame {
  readonly name: string;
  /** The `type` that tells it from others on the wire. */
  readonly kind: string;
  readonly summary: string | undefined;
  readonly schema: Schema;
  readonly examples: readonly { readonly payload: unknown }[];
}

/** The frames that go one way. */
export interface Direction {
  readonly id: 'send' | 'receive';
  readonly title: string;
  readonly arrow: string;
  readonly summary: string;
  readonly frames: readonly Frame[];
}

export interface Socket {
  readonly id: string;
  readonly channel: Channel;
  readonly directions: readonly Direction[];
}

/** The document is the server's: what it calls receiving, a reader does by sending. */
const DIRECTIONS = [
  { action: 'receive', id: 'send', title: 'You send', arrow: '→' },
  { action: 'send', id: 'receive', title: 'You receive', arrow: '←' },
] as const;

/** The sockets in the order of a page, with every reference followed. */
export function socketsOf({ channels, operations, components }: Document): Socket[] {
  return Object.entries(channels).map(([id, channel]) => {
    const own = Object.values(operations).filter((operation) => lastOf(operation.channel) === id);
    const directions = DIRECTIONS.flatMap(({ action, ...direction }) =>
      own
        .filter((operation) => operation.action === action)
        .map(({ summary, messages }) => ({ ...direction, summary, frames: messages.map(frame) })),
    );
    return { id, channel, directions };
  });

  function frame(reference: { $ref: string }): Frame {
    const name = lastOf(reference);
    const [message, schema] = [components.messages[name], components.schemas[name]];
    if (!message || !schema) throw new Error(`the AsyncAPI document has no ${name}`);
    const { summary, examples } = message;
    return { name, kind: kindOf(schema) ?? name, summary, schema, examples };
  }
}

/** What is no frame, but in several. */
export function shapesOf({ components: { messages, schemas } }: Document): [string, Schema][] {
  return Object.entries(schemas).filter(([name]) => !(name in messages));
}

function lastOf({ $ref }: { $ref: string }): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}

function kindOf({ properties }: Schema): string | undefined {
  const type = properties?.['type'];
  return typeof type === 'object' && typeof type.const === 'string' ? type.const : undefined;
}
