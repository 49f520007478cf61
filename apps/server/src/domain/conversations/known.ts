import type { User } from '@duet/contract';
import { eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { milliseconds } from '../../db/pack.ts';
import { conversations, users } from '../../db/schema.ts';
import { Kept } from '../kept.ts';
import { perDatabase } from '../per-database.ts';
import { toTimestamp } from '../timestamp.ts';
import { type KnownUsers, knownUsers } from '../users/known.ts';
import { toUser } from '../users/names.ts';

/** Of a conversation that which never changes, and its people as they are called now. */
export interface KnownConversation {
  readonly id: string;
  readonly user1: User;
  readonly user2: User;
  readonly createdAt: string;
}

/** What of a conversation never changes. */
interface Fixed {
  readonly id: string;
  readonly user1Id: string;
  readonly user2Id: string;
  readonly createdAt: string;
}

const MAX_KEPT = 50_000;

/** The conversations that were lately read here; what is known of them needs no second look. */
class KnownConversations {
  readonly #kept = new Kept<Fixed>(MAX_KEPT);
  readonly #users: KnownUsers;
  readonly #read: (ids: readonly string[]) => Promise<KnownConversation[]>;

  constructor(db: Database) {
    this.#read = prepareRead(db);
    this.#users = knownUsers(db);
  }

  /** @param id in lower case. @returns undefined when there is none */
  async get(id: string): Promise<KnownConversation | undefined> {
    const [known] = await this.find([id]);
    return known;
  }

  /** One for each id, in their order; undefined where there is none. */
  async find(ids: readonly string[]): Promise<(KnownConversation | undefined)[]> {
    this.#users.renew();
    const found = ids.map((id) => this.#find(id));
    const unknown = ids.filter((_, i) => !found[i]);
    if (unknown.length === 0) return found;
    const read = new Map((await this.#read(unknown)).map((known) => [known.id, this.#keep(known)]));
    return ids.map((id, i) => found[i] ?? read.get(id));
  }

  #find(conversationId: string): KnownConversation | undefined {
    const fixed = this.#kept.get(conversationId);
    if (!fixed) return undefined;
    const { id, user1Id, user2Id, createdAt } = fixed;
    const [user1, user2] = [this.#users.get(user1Id), this.#users.get(user2Id)];
    return user1 && user2 && { id, user1, user2, createdAt };
  }

  #keep({ id, user1, user2, createdAt }: KnownConversation): KnownConversation {
    this.#kept.set(id, { id, user1Id: user1.id, user2Id: user2.id, createdAt });
    return { id, user1: this.#users.add(user1), user2: this.#users.add(user2), createdAt };
  }
}

export const knownConversations = perDatabase((db) => new KnownConversations(db));

function prepareRead(db: Database): (ids: readonly string[]) => Promise<KnownConversation[]> {
  const [user1, user2] = [alias(users, 'user1'), alias(users, 'user2')];
  const statement = db
    .select({
      id: conversations.id,
      user1: { id: user1.id, username: user1.username, displayName: user1.displayName },
      user2: { id: user2.id, username: user2.username, displayName: user2.displayName },
      createdAt: milliseconds(sql`${conversations.createdAt}`).mapWith(Number),
    })
    .from(conversations)
    .innerJoin(user1, eq(user1.id, conversations.user1Id))
    .innerJoin(user2, eq(user2.id, conversations.user2Id))
    .where(sql`${conversations.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('known_conversations');
  return async (ids) => {
    const rows = await statement.execute({ ids: arrayOf(ids) });
    return rows.map(({ id, user1, user2, createdAt }) => ({
      id,
      user1: toUser(user1),
      user2: toUser(user2),
      createdAt: toTimestamp(createdAt),
    }));
  };
}
