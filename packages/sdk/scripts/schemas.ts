import * as contract from '@duet/contract';
import { allOperations, type Operation } from '@duet/contract';
import { z } from 'zod';

/** What Zod writes for a schema. */
export type Schema = z.core.JSONSchema.BaseSchema;
/** Schemas by the name of their type. */
export type Schemas = Readonly<Record<string, Schema>>;

// This is a part of others in the contract; in TypeScript it deserves a name too.
z.globalRegistry.add(contract.fieldError, { id: 'FieldError', description: 'What is wrong with a field.' });

/** The frames that clients send, and those that they receive; what they are made of comes along. */
const frames = {
  toServer: {
    SendFrame: contract.sendFrame,
    ClientFrame: contract.clientFrame.meta({
      description: 'What a client sends to the inbox (PROTOCOL 7.5).',
    }),
  },
  toClient: {
    ServerFrame: contract.serverFrame.meta({ description: 'What a socket without a subprotocol receives.' }),
    InboxFrame: contract.inboxFrame.meta({ description: 'What the inbox receives (PROTOCOL 7.6).' }),
  },
};

/** The name of an operation's input: `ListMessagesInput`. */
export const inputName = ({ id }: Operation): string => `${id[0]?.toUpperCase()}${id.slice(1)}Input`;

/** Everything that gets a type: what a client sends as it may be written, what it receives as it comes. */
export function namedSchemas(): Schemas {
  const inputs = allOperations.map(({ name, operation }) => [
    inputName(operation),
    operation.input.meta({ description: `What \`${name}\` takes.` }),
  ]);
  const { problem } = contract;
  return {
    ...definitions({ problem, ...answers(), ...frames.toClient }, 'output'),
    ...definitions({ ...Object.fromEntries(inputs), ...frames.toServer }, 'input'),
  };
}

/** What each operation answers, by its id; one that answers nothing is not here. */
export function outputs(): Schemas {
  return jsonSchema(answers(), 'output').properties;
}

function answers(): Record<string, z.ZodType> {
  const answering = allOperations.filter(({ operation }) => !(operation.output instanceof z.ZodVoid));
  return Object.fromEntries(answering.map(({ operation }) => [operation.id, operation.output]));
}

/** All that have an id, and of the given ones those whose key is a type's name. */
function definitions(schemas: Record<string, z.ZodType>, io: 'input' | 'output'): Schemas {
  const { $defs, properties } = jsonSchema(schemas, io);
  const own = Object.entries(properties).filter(([name, { $ref }]) => /^[A-Z]/.test(name) && !$ref);
  return { ...$defs, ...Object.fromEntries(own) };
}

function jsonSchema(schemas: Record<string, z.ZodType>, io: 'input' | 'output') {
  const { $defs = {}, properties = {} } = z.toJSONSchema(z.object(schemas), { io });
  const objects = Object.entries(properties).flatMap(([name, schema]) =>
    typeof schema === 'boolean' ? [] : [[name, schema] as const],
  );
  return { $defs, properties: Object.fromEntries(objects) };
}
