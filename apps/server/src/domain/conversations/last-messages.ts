import { and, eq, sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { milliseconds, rowsAsJson } from '../../db/pack.ts';
import { conversations, messages } from '../../db/schema.ts';
import { Kept } from '../kept.ts';
import { perDatabase } from '../per-database.ts';
import { toTimestamp } from '../timestamp.ts';

/** The end of a conversation, and how far it goes. */
export interface End {
  readonly id: string;
  readonly seq: number;
}

/** What stands there: it never changes. */
export interface LastMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly isByUser1: boolean;
  readonly content: string;
  readonly timestamp: string;
}

const MAX_KEPT = 20_000;
/** In UTF-16 code units; longer ones are read each time, so that all that are kept are 50 MB at most. */
const MAX_LENGTH = 1000;
/** Nothing here changes a message, but somebody may delete one in the database. */
const KEPT_MS = 60_000;

/** The last messages of the conversations that were lately read here; those that no other has followed need no second look. */
class LastMessages {
  readonly #kept = new Kept<LastMessage>(MAX_KEPT, KEPT_MS);
  readonly #read: (ends: readonly End[]) => Promise<(LastMessage & { id: string })[]>;

  constructor(db: Database) {
    this.#read = prepareRead(db);
  }

  /** By conversation; one without messages has none. */
  async find(ends: readonly End[]): Promise<ReadonlyMap<string, LastMessage>> {
    const now = Date.now();
    const found = new Map<string, LastMessage>();
    const unknown: End[] = [];
    for (const end of ends) {
      if (end.seq === 0) continue;
      const known = this.#kept.get(end.id, now);
      if (known?.seq === end.seq) found.set(end.id, known);
      else unknown.push(end);
    }
    if (unknown.length === 0) return found;
    for (const { id, ...message } of await this.#read(unknown)) {
      found.set(id, message);
      if (message.content.length <= MAX_LENGTH) this.#kept.set(id, message);
    }
    return found;
  }
}

export const lastMessages = perDatabase((db) => new LastMessages(db));

function prepareRead(db: Database): (ends: readonly End[]) => Promise<(LastMessage & { id: string })[]> {
  const [c, m, p] = [conversations, messages, sql.placeholder];
  const statement = db
    .select({
      rows: rowsAsJson([
        m.conversationId,
        m.seq,
        m.messageId,
        sql`${m.senderId} = ${c.user1Id}`,
        m.content,
        milliseconds(sql`${m.timestamp}`),
      ]),
    })
    .from(sql`unnest(${p('ids')}::uuid[], ${p('seqs')}::int[]) as wanted (id, seq)`)
    .innerJoin(m, and(eq(m.conversationId, sql`wanted.id`), eq(m.seq, sql`wanted.seq`)))
    .innerJoin(c, eq(c.id, sql`wanted.id`))
    .prepare('last_messages');
  return async (ends) => {
    const [row] = await statement.execute({
      ids: arrayOf(ends.map(({ id }) => id)),
      seqs: `{${ends.map(({ seq }) => seq)}}`,
    });
    const rows: [string, number, string, boolean, string, number][] = JSON.parse(row?.rows ?? '[]');
    return rows.map(([id, seq, messageId, isByUser1, content, sentAt]) => ({
      id,
      seq,
      messageId,
      isByUser1,
      content,
      timestamp: toTimestamp(sentAt),
    }));
  };
}
