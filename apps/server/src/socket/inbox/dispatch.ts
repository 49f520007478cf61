import type { ClientFrame, InboxFrame } from '@duet/contract';
import type { ActorContext } from '../../domain/context.ts';
import { noSuchConversation } from '../../domain/conversations/authorize.ts';
import { listHeads } from '../../domain/conversations/heads.ts';
import { markRead } from '../../domain/conversations/mark-read.ts';
import { findPeers } from '../../domain/conversations/peers.ts';
import { syncConversations } from '../../domain/conversations/sync.ts';
import { sendMessage } from '../../domain/messages/send.ts';
import type { Connection } from '../connection.ts';
import { encode, toInboxMessageFrame } from '../frames.ts';
import type { SocketMeter } from '../meter.ts';
import type { Typing } from './typing.ts';
import type { Watchers } from './watchers.ts';

/** Somebody's device, and what its frames act on. */
export interface Member {
  readonly ctx: ActorContext;
  readonly connection: Connection;
  readonly meter: SocketMeter;
  readonly watchers: Watchers;
  readonly typing: Typing;
  /** The other sides of conversations that this device typed in lately. */
  readonly peers: Map<string, string>;
}

type Frame<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;

/**
 * Does what a frame of a `duet.v1` socket says (PROTOCOL 7.5).
 * @returns a frame for this socket alone, or undefined when all there is to say comes another way
 * @throws DomainError
 */
export function dispatch(
  member: Member,
  frame: Exclude<ClientFrame, { type: 'auth' }>,
): Promise<InboxFrame | undefined> {
  switch (frame.type) {
    case 'sync':
      return sync(member, frame);
    case 'chat_message':
      return send(member, frame);
    case 'read':
      return read(member, frame);
    case 'typing':
      return type(member, frame);
    case 'presence':
      return watch(member, frame);
    case 'ping':
      return pong(member, frame);
  }
}

async function sync(
  { ctx, connection, meter }: Member,
  frame: Frame<'sync'>,
): Promise<InboxFrame | undefined> {
  const changes = syncConversations(ctx, frame);
  for (;;) {
    const { done, value } = await changes.next();
    if (done) return { type: 'synced', ...value };
    if (!connection.isOpen) return undefined;
    for (const conversation of value)
      await connection.sendPaced(encode({ type: 'conversation', conversation }, meter));
  }
}

async function send({ ctx }: Member, frame: Frame<'chat_message'>): Promise<InboxFrame | undefined> {
  const { conversation_id, message: content, message_id } = frame;
  const { message, state, created } = await sendMessage(ctx, { conversation_id, content, message_id });
  return created ? undefined : toInboxMessageFrame(message, state);
}

async function read({ ctx }: Member, frame: Frame<'read'>): Promise<InboxFrame | undefined> {
  const { seq, state, moved } = await markRead(ctx, frame);
  if (moved) return undefined;
  const conversation_id = frame.conversation_id.toLowerCase();
  return { type: 'read', conversation_id, user_id: ctx.actor.id, seq, state };
}

const MAX_PEERS = 100;

async function type(member: Member, frame: Frame<'typing'>): Promise<InboxFrame | undefined> {
  const { ctx, connection, typing, peers } = member;
  const conversationId = frame.conversation_id.toLowerCase();
  const userId = ctx.actor.id;
  if (!frame.typing) {
    typing.stop({ conversationId, userId });
    return undefined;
  }
  const peerId = peers.get(conversationId) ?? (await findPeers(ctx, [conversationId]))[0]?.userId;
  if (peerId === undefined) throw noSuchConversation();
  const [oldest] = peers.keys();
  if (peers.size >= MAX_PEERS && oldest !== undefined) peers.delete(oldest);
  peers.set(conversationId, peerId);
  if (connection.isOpen) typing.start({ conversationId, userId, peerId }, connection);
  return undefined;
}

async function watch(
  { ctx, connection, watchers, meter }: Member,
  frame: Frame<'presence'>,
): Promise<InboxFrame | undefined> {
  const peers = await findPeers(ctx, frame.conversation_ids);
  if (!connection.isOpen) return undefined; // gone meanwhile, and would be watched for ever
  watchers.watch(
    connection,
    peers.map(({ userId }) => userId),
  );
  for (const { userId, lastSeenAt } of peers) {
    const online = watchers.isOnline(userId);
    const last_seen = online ? null : (lastSeenAt?.toISOString() ?? null);
    connection.send(encode({ type: 'presence', user_id: userId, online, last_seen }, meter));
  }
  return undefined;
}

async function pong({ ctx }: Member, { cursor }: Frame<'ping'>): Promise<InboxFrame> {
  if (cursor === undefined) return { type: 'pong', cursor: null, heads: [] };
  const { heads, ...position } = await listHeads(ctx, { cursor });
  return { type: 'pong', ...position, heads: heads && [...heads] };
}
