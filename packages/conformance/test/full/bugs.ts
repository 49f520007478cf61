import type { Bug } from '../../src/sabotage/sabotage.ts';

/** A server that is broken in one way, and the cases that must find it. A fault in the order or the counters fails others, too. */
export interface BrokenServer {
  readonly what: string;
  readonly bugs: readonly Bug[];
  readonly caughtBy: readonly string[];
  /** Everything is run, and nothing else may fail. */
  readonly whole?: true;
}

const one = (file: string, find: string, replace: string): readonly Bug[] => [{ file, find, replace }];
const many = (file: string, pairs: readonly (readonly [string, string])[]): readonly Bug[] =>
  pairs.map(([find, replace]) => ({ file, find, replace }));

const LIST = 'domain/messages/list.ts';
const SEND = 'domain/messages/send.ts';
const STORE_NEW = 'domain/messages/store-new.ts';
const STORE_ANY = 'domain/messages/store-any.ts';
const MARK_READ = 'domain/conversations/mark-read.ts';
const HUB = 'socket/hub.ts';
const FRAMES = 'socket/frames.ts';
const AUTHENTICATE = 'auth/authenticate.ts';
const VERIFY = 'auth/verify.ts';
const NOT_FOUND = 'rest/not-found.ts';
const SERVER = 'rest/server.ts';
const REFUSE_OUTSIDERS =
  "if (user1 !== ctx.actor.id && user2 !== ctx.actor.id) throw new DomainError('not_participant');";

export const brokenServers: readonly BrokenServer[] = [
  {
    what: 'An outsider reads the history',
    bugs: one(
      LIST,
      "if (user1.id !== actor.id && user2.id !== actor.id) throw new DomainError('not_participant');",
      '',
    ),
    caughtBy: ['3.1.41'],
  },
  {
    what: 'An outsider’s socket is admitted',
    bugs: one(
      'socket/server.ts',
      'const { lastSeq } = await authorize({ ...domain, actor: identity.user }, conversationId);',
      `const { lastSeq } = await authorize({ ...domain, actor: identity.user }, conversationId).catch((error) => {
        if (error.code !== 'not_participant') throw error;
        return { lastSeq: 0 };
      });`,
    ),
    caughtBy: ['4.1.4'],
  },
  {
    what: 'An outsider may send',
    bugs: many(STORE_ANY, [
      ['known.seq is null and item.sender_id in (user1_id, user2_id) as fresh', 'known.seq is null as fresh'],
      ["if (!isParticipant) return { outcome: 'not_participant' };", ''],
    ]),
    caughtBy: ['3.1.11', '3.1.43', '7.5.8'],
  },
  {
    what: 'An outsider moves markers, and is refused afterwards',
    bugs: many(MARK_READ, [
      [REFUSE_OUTSIDERS, ''],
      [`target > before and \${actor} in (user1_id, user2_id) as moved`, 'target > before as moved'],
    ]),
    caughtBy: ['3.1.39', '7.5.9'],
  },
  {
    what: 'Everybody’s inbox hears everything',
    bugs: one(HUB, 'for (const userId of userIds) {', 'for (const userId of this.#inboxes.keys()) {'),
    caughtBy: ['7.6.5', '7.6.6'],
  },
  {
    what: 'Anybody may watch anybody, and type anywhere',
    bugs: one(
      'domain/conversations/peers.ts',
      '.where(and(inArray(id, ids), or(eq(user1Id, me), eq(user2Id, me))))',
      '.where(inArray(id, ids))',
    ),
    caughtBy: ['7.5.10', '7.5.11'],
  },
  {
    what: 'A message_id is forgotten, so that a retry is another message',
    bugs: one(SEND, 'messageId: message_id,', 'messageId: randomUUID(),'),
    caughtBy: ['3.6.1', '6.2.1', '6.2.3', '7.5.1'],
  },
  {
    what: 'A repeated message is answered as if it were new',
    bugs: one(SEND, "sent.outcome === 'retried' ? undefined : sent.outcome === 'created'", 'true'),
    caughtBy: ['6.2.1', '6.2.2', '6.2.4'],
  },
  {
    what: 'A conflict is not seen',
    bugs: one(
      STORE_ANY,
      `\${m.senderId} = item.sender_id and \${m.content} = item.content as same`,
      'true as same',
    ),
    caughtBy: ['6.2.6', '6.2.7'],
  },
  {
    what: 'A seq is skipped now and then',
    bugs: one(
      STORE_NEW,
      `last_seq = last_seq + \${total},`,
      `last_seq = last_seq + \${total} + case when last_seq % 5 = 3 then 1 else 0 end,`,
    ),
    caughtBy: ['3.6.2', '4.4.1', '4.4.4'],
  },
  {
    what: 'Messages that are sent at once are stored the other way round',
    bugs: one(STORE_NEW, 'later.push(messages.length - 1 - k);', 'later.push(k);'),
    caughtBy: ['4.2.6', '4.4.2'],
  },
  {
    what: 'A message is acknowledged and delivered, but not stored',
    bugs: many(STORE_NEW, [
      ['content) join raised using (place)`', 'content) join raised using (place) where false`'],
      ['::text, activity_at from raised`', '::text, activity_at from raised where false`'],
    ]),
    caughtBy: ['4.3.3', '6.2.4'],
  },
  {
    what: 'A message is heard by its sender’s inboxes alone',
    bugs: one(
      FRAMES,
      'return { userIds: event.users, frame: toInboxMessageFrame(event.message, event.state) };',
      'return { userIds: [event.message.sender.id], frame: toInboxMessageFrame(event.message, event.state) };',
    ),
    caughtBy: ['4.3.3', '7.6.1'],
  },
  {
    what: 'The read marker moves back',
    bugs: many(MARK_READ, [
      [
        'select user1_id, user2_id, last_seq, greatest(before, target) as seq,',
        'select user1_id, user2_id, last_seq, target as seq,',
      ],
      ['target > before and', 'target <> before and'],
      [
        'case when first then greatest(before, target) else user1_read_seq end as read1',
        'case when first then target else user1_read_seq end as read1',
      ],
      [
        'case when first then user2_read_seq else greatest(before, target) end as read2',
        'case when first then user2_read_seq else target end as read2',
      ],
    ]),
    caughtBy: ['3.7.2'],
  },
  {
    what: 'Unread messages are not counted',
    bugs: one(STORE_NEW, `user2_unread = user2_unread + \${byUser1},`, 'user2_unread = user2_unread,'),
    caughtBy: ['3.4.2', '7.3.1'],
  },
  {
    what: 'A sync does not see read markers',
    bugs: one(
      MARK_READ,
      `user2_unread = unread2,\n      changed_xid = \${CURRENT_XID}`,
      'user2_unread = unread2',
    ),
    caughtBy: ['7.4.4', '7.7.1'],
    whole: true,
  },
  {
    what: 'A sync cursor of another database is taken',
    bugs: one('domain/conversations/changes.ts', 'if (database !== databaseId) return undefined;', ''),
    caughtBy: ['7.4.6'],
  },
  {
    what: 'Text is trimmed',
    bugs: one(SEND, '      content,\n    },', '      content: content.trim(),\n    },'),
    caughtBy: ['1.3.1'],
  },
  {
    what: 'An error is JSON, but no problem',
    bugs: one(SERVER, ".type('application/problem+json')", ".type('application/json')"),
    caughtBy: ['1.5.1', '1.5.2', '3.1.1'],
  },
  {
    what: 'What is not mine is said to be nowhere: 404 for 403',
    bugs: one('contract/src/errors.ts', 'status: 403,\n    close', 'status: 404,\n    close'),
    caughtBy: ['3.1.37', '3.1.39', '3.1.41', '3.1.43'],
  },
  {
    what: 'A path without its slash is nowhere',
    bugs: one(NOT_FOUND, `if (!path.endsWith('/') && methodsAt(\`\${path}/\`).size > 0) {`, 'if (false) {'),
    caughtBy: ['3.1.13', '3.1.14', '3.1.15'],
  },
  {
    what: 'HEAD is not answered',
    bugs: one(
      SERVER,
      'loggerInstance: options.log,',
      'loggerInstance: options.log, exposeHeadRoutes: false,',
    ),
    caughtBy: ['3.1.3', '3.1.25', '5.2'],
  },
  {
    what: 'Expired tokens are accepted',
    bugs: one(
      VERIFY,
      "{ algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] }",
      "{ algorithms: ['HS256'], requiredClaims: ['sub', 'exp'], clockTolerance: 86_400 }",
    ),
    caughtBy: ['1.4.7', '4.1.3'],
  },
  {
    what: 'A refresh token works more than once',
    bugs: one(
      'domain/accounts/refresh.ts',
      'replace(eq(sessions.tokenHash, presented.hash), {',
      'replace(undefined, {',
    ),
    caughtBy: ['3.8.8'],
  },
  {
    what: 'Whoever has a token may name others',
    bugs: one(AUTHENTICATE, 'if (!isService) throw', 'if (false) throw'),
    caughtBy: ['1.6.2'],
  },
  {
    what: 'A service may read and write',
    bugs: one(AUTHENTICATE, 'if (isService) throw', 'if (false) throw'),
    caughtBy: ['1.6.1'],
  },
  {
    what: 'An older token gives its names back',
    bugs: [
      ...one('domain/users/provision.ts', 'return known.namedAt !== null &&', 'return false &&'),
      ...one('domain/users/rename.ts', 'unlessNewer ? isOlder : undefined', 'undefined'),
    ],
    caughtBy: ['1.4.16'],
  },
];
