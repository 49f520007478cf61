import { clientFrames, sendFrame } from '@duet/contract';
import { z } from 'zod';
import type { Random } from '../random.ts';
import type { Person, World } from '../world.ts';
import { fieldsOf, type JsonSchema, jsonSchema, type Known, mutate, notAnObject, render } from './json.ts';
import { oddText } from './text.ts';
import { oddToken } from './tokens.ts';
import { pickFrom } from './valid.ts';

/** One that is bigger ends the socket; `generate/script.ts` sends those. */
const MAX_BYTES = 65_536;

/** The JSON Schema of what a client sends, without the references. */
function schemaOf(schema: z.ZodType): JsonSchema {
  const { $ref, $defs, ...own } = z.toJSONSchema(schema, { io: 'input' });
  return jsonSchema.parse($ref === undefined ? own : $defs?.[$ref.replace('#/$defs/', '')]);
}

const SEND = schemaOf(sendFrame);
const INBOX = Object.values(clientFrames).map(schemaOf);

/** What a session's frames are made for. */
export interface Talk {
  readonly world: World;
  readonly me: Person;
  readonly conversationId: string;
  /** Message ids that were used already. */
  readonly used: readonly string[];
  /** From a `synced` frame. */
  readonly cursor: string | undefined;
  /** The session's number. */
  readonly index: number;
}

/** A text, or what is sent as a binary frame. */
export type Sendable = string | Buffer;

export function conversationFrame(talk: Talk, random: Random): Promise<Sendable> {
  return anyFrame(SEND, talk, random);
}

export function inboxFrame(talk: Talk, random: Random): Promise<Sendable> {
  return anyFrame(pickFrom(INBOX, random), talk, random);
}

async function anyFrame(schema: JsonSchema, talk: Talk, random: Random): Promise<Sendable> {
  const fields = fieldsOf(schema, random, knownTo(talk, random.chance(0.25)));
  const kind = random.below(3);
  if (kind === 0) return render(fields);
  if (kind === 1) return fitting(render(mutate(fields, schema, random)));
  const hostile = random.pick<() => Sendable | Promise<Sendable>>([
    () => notAnObject(random),
    () => JSON.stringify(oddText(random)),
    () => random.bytes(random.below(200)),
    () => Buffer.from(render(fields)),
    () => render([['type', JSON.stringify(oddText(random))], ...fields.filter(([name]) => name !== 'type')]),
    () =>
      render([
        ...fields.filter(([name]) => name !== 'conversation_id'),
        ['conversation_id', JSON.stringify(oddText(random))],
      ]),
    () =>
      JSON.stringify({
        type: 'chat_message',
        conversation_id: talk.world.victims.conversationId,
        message: 'let me in',
        message_id: random.uuid(),
      }),
    () => JSON.stringify({ type: 'read', conversation_id: talk.world.victims.conversationId, seq: 1 }),
    () =>
      JSON.stringify({ type: 'typing', conversation_id: talk.world.victims.conversationId, typing: true }),
    () =>
      JSON.stringify({
        type: 'presence',
        conversation_ids: [talk.world.victims.conversationId, talk.conversationId],
      }),
    () => JSON.stringify({ type: random.pick(['sync', 'ping']), cursor: oddText(random).slice(0, 256) }),
    async () =>
      JSON.stringify({ type: 'auth', token: (await oddToken(talk.world, random, `${talk.index}`)) || 'x' }),
    () => `${' '.repeat(random.below(50_000))}{}`,
  ])();
  return fitting(await hostile);
}

/** @param others whether ids of others are used */
function knownTo({ world, me, conversationId, used, cursor }: Talk, others: boolean): Known {
  return (field, random) => {
    switch (field) {
      case 'conversation_id':
        return others ? random.pick([world.victims.conversationId, random.uuid(), 'x', '']) : conversationId;
      case 'message_id': {
        const [first, ...more] = used;
        return first !== undefined && random.chance(0.1) ? random.pick([first, ...more]) : random.uuid();
      }
      case 'token':
        return random.chance(0.7) ? me.token : world.strangers[0].token;
      case 'cursor':
        return cursor;
      default:
        return undefined;
    }
  };
}

function fitting(data: Sendable): Sendable {
  return Buffer.byteLength(data) > MAX_BYTES ? '{}' : data;
}
