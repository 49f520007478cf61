import type { Bug } from '@duet/conformance/sabotage';

/** What a run can put back into the servers, to see that the checker finds it. */
export const bugs = {
  /** The senders and everybody else hear of messages some time before these are committed; a commit that fails takes them back. */
  'ack-before-commit': [
    {
      file: 'domain/messages/send-queue.ts',
      find: `    doBatch: storeAndPublish(prepareStore(batchDb, participants, meter.fellBack)),`,
      replace: `    doBatch: (batch, isRetry) => new Promise((resolve, reject) => {
      let isTold = false;
      batchDb.transaction(async (tx) => {
        const sent = await storeAndPublish(prepareStore(tx, participants, meter.fellBack))(batch, isRetry);
        isTold = true;
        resolve(sent);
        await new Promise((done) => setTimeout(done, 30));
      }).catch((error) => isTold || storeAndPublish(prepareStore(batchDb, participants, meter.fellBack))(batch, isRetry).then(resolve, reject));
    }),`,
    },
  ],
  /** A node passes on what comes as it comes: what overtakes is heard first, what does not come is not waited for. */
  'no-reordering': [
    {
      file: 'socket/in-order.ts',
      find: `    if (item.seq - 1 === this.#position && this.#held.size === 0) {`,
      replace: `    if (this.#position !== undefined) {`,
    },
  ],
  /** Which messages were sent is known to the process alone: no key in the database. */
  'memory-idempotency': [
    {
      file: 'db/migrate.ts',
      find: `    await migrateWithPostgres(drizzle(client), { migrationsFolder });`,
      replace: `    await migrateWithPostgres(drizzle(client), { migrationsFolder });
    await client.unsafe('drop index if exists messages_by_message_id');`,
    },
    {
      file: 'db/migrate.ts',
      find: `  await migrateWithPglite(db, { migrationsFolder });`,
      replace: `  await migrateWithPglite(db, { migrationsFolder });
  await db.execute('drop index if exists messages_by_message_id');`,
    },
    {
      file: 'domain/messages/store-any.ts',
      find: `and \${m.messageId} = item.message_id limit 1`,
      replace: `and false limit 1`,
    },
    {
      file: 'domain/messages/send.ts',
      find: `  const sent = await ctx.sends.add({`,
      replace: `  const key = conversation_id + message_id;
  const sent = await (remembered.get(key) ?? remember(key, ctx.sends.add({`,
    },
    {
      file: 'domain/messages/send.ts',
      find: `      content,
    },
  });`,
      replace: `      content,
    },
  })));`,
    },
    {
      file: 'domain/messages/send.ts',
      find: `export interface SendInput {`,
      replace: `const remembered = new Map();
const remember = (key, sending) => {
  remembered.set(key, sending);
  sending?.catch(() => remembered.delete(key));
  return sending;
};
export interface SendInput {`,
    },
  ],
  /** Whoever knows a conversation's id may read and hear it. */
  'outsider-admitted': [
    {
      file: 'domain/conversations/authorize.ts',
      find: `  if (row.user1Id !== ctx.actor.id && row.user2Id !== ctx.actor.id) throw new DomainError('not_participant');`,
      replace: '',
    },
  ],
  /** A marker goes wherever it is put, also back. */
  'marker-back': [
    {
      file: 'domain/conversations/mark-read.ts',
      find: `    select user1_id, user2_id, last_seq, greatest(before, target) as seq,
      target > before and`,
      replace: `    select user1_id, user2_id, last_seq, target as seq,
      target <> before and`,
    },
    {
      file: 'domain/conversations/mark-read.ts',
      find: `case when first then greatest(before, target) else user1_read_seq end as read1`,
      replace: `case when first then target else user1_read_seq end as read1`,
    },
    {
      file: 'domain/conversations/mark-read.ts',
      find: `case when first then user2_read_seq else greatest(before, target) end as read2`,
      replace: `case when first then user2_read_seq else target end as read2`,
    },
  ],
} as const satisfies Record<string, readonly Bug[]>;

export type BugName = keyof typeof bugs;

export function isBugName(name: string): name is BugName {
  return Object.hasOwn(bugs, name);
}
