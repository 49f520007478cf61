import { z } from 'zod';
import { conversation, message, messagePage, session, unread, user } from './entities.ts';
import type { RestErrorCode } from './errors.ts';
import {
  conversationId,
  displayName,
  listCursor,
  messageContent,
  messageId,
  password,
  seq,
  USERS_MAX,
  userId,
  userIdOrNumber,
  username,
  usernameQuery,
} from './fields.ts';

/** How an operation is asked for; a GET has a query, the others have a body. */
export type OperationMethod = 'GET' | 'POST' | 'PUT';

/**
 * Who may call an operation: `bearer` is a user with an access token, `service` the operator's own back end (PROTOCOL 1.6). `none`: an
 * operation on local accounts, which is not there where these are off.
 */
export type OperationAuth = 'bearer' | 'service' | 'none';

/** One REST operation; the same entry makes the route, the tRPC procedure and the OpenAPI document. */
export interface Operation<
  Method extends OperationMethod = OperationMethod,
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Auth extends OperationAuth = OperationAuth,
> {
  /** OpenAPI operationId. */
  readonly id: string;
  readonly tag: 'Conversations' | 'Messages' | 'People' | 'Accounts';
  readonly method: Method;
  /** Exact path, trailing slash included; `{name}` is a field of the input. */
  readonly path: `/api/${string}/`;
  readonly summary: string;
  readonly description?: string;
  readonly auth: Auth;
  /** Whether it comes to the same when it is done twice, and may so be sent again when no answer came. */
  readonly idempotent: boolean;
  /** Path, query and body together; what is not in the path is the query of a GET, the body of any other. */
  readonly input: Input;
  readonly output: Output;
  /** Success statuses and what each means; where there are several, the procedure says which. */
  readonly success: Readonly<Record<number, string>>;
  /** Errors beyond those that follow from the method, from `auth`, and from being a server. */
  readonly errors: readonly RestErrorCode[];
}

function operation<
  const Method extends OperationMethod,
  Input extends z.ZodObject,
  Output extends z.ZodType,
  const Auth extends OperationAuth,
>(definition: Operation<Method, Input, Output, Auth>): Operation<Method, Input, Output, Auth> {
  return definition;
}

const inConversation = z.object({ conversation_id: conversationId });
const credentials = z.object({ username, password });
const names = z.object({
  username: username.optional(),
  display_name: displayName.nullable().meta({ description: 'Null: the username is shown.' }).optional(),
});
const refreshToken = z.object({ refresh: z.string().min(1).max(4096) });

/** Every operation, grouped as the tRPC router is (PROTOCOL 3). */
export const operations = {
  conversations: {
    list: operation({
      id: 'listConversations',
      tag: 'Conversations',
      method: 'GET',
      path: '/api/chat/conversations/',
      summary: 'My conversations, latest activity first',
      description:
        'At most 1,000 at a time. When there is more, the `Link` header names the next page (`rel="next"`).',
      auth: 'bearer',
      idempotent: true,
      input: z.object({
        limit: z.int().min(1).max(1000).default(1000),
        cursor: listCursor.meta({ description: 'From the `Link` header of the page before.' }).optional(),
      }),
      output: z.array(conversation),
      success: { 200: 'The conversations' },
      errors: [],
    }),
    open: operation({
      id: 'openConversation',
      tag: 'Conversations',
      method: 'POST',
      path: '/api/chat/conversations/',
      summary: 'Get or create my conversation with somebody',
      auth: 'bearer',
      idempotent: true,
      input: z.object({ target_user_id: userIdOrNumber }),
      output: conversation,
      success: { 201: 'Created', 200: 'It was there' },
      errors: ['not_found'],
    }),
    get: operation({
      id: 'getConversation',
      tag: 'Conversations',
      method: 'GET',
      path: '/api/chat/conversations/{conversation_id}/',
      summary: 'One conversation',
      auth: 'bearer',
      idempotent: true,
      input: inConversation,
      output: conversation,
      success: { 200: 'The conversation' },
      errors: ['not_participant', 'not_found'],
    }),
    markRead: operation({
      id: 'markRead',
      tag: 'Conversations',
      method: 'POST',
      path: '/api/chat/conversations/{conversation_id}/read/',
      summary: 'Mark everything up to a seq as read',
      description: 'Never moves backwards, never beyond the last message.',
      auth: 'bearer',
      idempotent: true,
      input: inConversation.extend({ seq }),
      output: conversation,
      success: { 200: 'The conversation with its marker' },
      errors: ['not_participant', 'not_found'],
    }),
    unread: operation({
      id: 'countUnread',
      tag: 'Conversations',
      method: 'GET',
      path: '/api/chat/unread/',
      summary: 'How many messages I have not read, in all my conversations',
      auth: 'bearer',
      idempotent: true,
      input: z.object({}),
      output: unread,
      success: { 200: 'The counts' },
      errors: [],
    }),
  },
  messages: {
    list: operation({
      id: 'listMessages',
      tag: 'Messages',
      method: 'GET',
      path: '/api/chat/conversations/{conversation_id}/messages/',
      summary: 'The history, a page at a time',
      description:
        '`before` and `after` bound the range, `order` says from which end it is walked. Its pages have numbers, too: `page` and `page_size`, or `limit` and `offset`.',
      auth: 'bearer',
      idempotent: true,
      input: inConversation.extend({
        limit: z.int().min(1).max(100).default(50),
        before: seq.meta({ description: 'Only messages with a smaller seq.' }).optional(),
        after: seq.meta({ description: 'Only messages with a greater seq.' }).optional(),
        order: z.enum(['asc', 'desc']).default('desc'),
        offset: seq.meta({ description: 'How many messages of the range to pass over.' }).optional(),
        page: z.int32().min(1).meta({ description: 'Which page of the range, from 1.' }).optional(),
        page_size: z
          .int()
          .min(1)
          .max(100)
          .meta({ description: 'Messages on a page, where pages have numbers.' })
          .optional(),
      }),
      output: messagePage,
      success: { 200: 'The page' },
      errors: ['not_participant', 'not_found'],
    }),
    send: operation({
      id: 'sendMessage',
      tag: 'Messages',
      method: 'POST',
      path: '/api/chat/conversations/{conversation_id}/messages/',
      summary: 'Send a message, once however often it is tried',
      auth: 'bearer',
      idempotent: true,
      input: inConversation.extend({ content: messageContent, message_id: messageId.optional() }),
      output: message,
      success: { 201: 'Sent', 200: 'This message_id was sent before; the original' },
      errors: ['not_participant', 'not_found', 'conflict', 'busy'],
    }),
  },
  users: {
    me: operation({
      id: 'getMe',
      tag: 'People',
      method: 'GET',
      path: '/api/chat/users/me/',
      summary: 'Who I am',
      auth: 'bearer',
      idempotent: true,
      input: z.object({}),
      output: user,
      success: { 200: 'Me' },
      errors: [],
    }),
    find: operation({
      id: 'findUsers',
      tag: 'People',
      method: 'GET',
      path: '/api/chat/users/',
      summary: 'Find people by the beginning of their username, or by their ids',
      description: 'With `ids`, those of them that there are, in the order of the ids.',
      auth: 'bearer',
      idempotent: true,
      input: z.object({
        search: usernameQuery.optional(),
        limit: z.int().min(1).max(50).default(20),
        ids: z.array(userId).min(1).max(USERS_MAX).optional(),
      }),
      output: z.array(user),
      success: { 200: 'The people, in order of name' },
      errors: [],
    }),
    get: operation({
      id: 'getUser',
      tag: 'People',
      method: 'GET',
      path: '/api/chat/users/{user_id}/',
      summary: 'One person',
      auth: 'bearer',
      idempotent: true,
      input: z.object({ user_id: userId }),
      output: user,
      success: { 200: 'The person' },
      errors: ['not_found'],
    }),
    put: operation({
      id: 'putUser',
      tag: 'People',
      method: 'PUT',
      path: '/api/chat/users/{user_id}/',
      summary: 'Make a person known, or change their names',
      description: 'What is left out stays as it is.',
      auth: 'service',
      idempotent: true,
      input: names.extend({ user_id: userId }),
      output: user,
      success: { 200: 'They were known', 201: 'They are known now' },
      errors: ['username_taken', 'not_found'],
    }),
    putMany: operation({
      id: 'putUsers',
      tag: 'People',
      method: 'PUT',
      path: '/api/chat/users/',
      summary: 'Make many people known, or change their names',
      description: 'One after the other, up to the first that is refused; the same may be put again.',
      auth: 'service',
      idempotent: true,
      input: z.object({
        users: z
          .array(names.extend({ id: userIdOrNumber }))
          .min(1)
          .max(USERS_MAX),
      }),
      output: z.array(user),
      success: { 200: 'The people, in the order given' },
      errors: ['username_taken'],
    }),
  },
  auth: {
    register: operation({
      id: 'register',
      tag: 'Accounts',
      method: 'POST',
      path: '/api/auth/register/',
      summary: 'Make a local account and sign in',
      auth: 'none',
      idempotent: false,
      input: credentials,
      output: session,
      success: { 201: 'Signed in' },
      errors: ['not_found', 'username_taken', 'busy'],
    }),
    signIn: operation({
      id: 'signIn',
      tag: 'Accounts',
      method: 'POST',
      path: '/api/auth/token/',
      summary: 'Sign in',
      auth: 'none',
      idempotent: false,
      input: z.object({ username: usernameQuery, password: z.string().max(256) }),
      output: session,
      success: { 200: 'Signed in' },
      errors: ['invalid_credentials', 'not_found', 'busy'],
    }),
    refresh: operation({
      id: 'refreshSession',
      tag: 'Accounts',
      method: 'POST',
      path: '/api/auth/token/refresh/',
      summary: 'A new access token for a refresh token, which is used up',
      auth: 'none',
      idempotent: false,
      input: refreshToken,
      output: session,
      success: { 200: 'Signed in' },
      errors: ['invalid_refresh_token', 'not_found'],
    }),
    signOut: operation({
      id: 'signOut',
      tag: 'Accounts',
      method: 'POST',
      path: '/api/auth/logout/',
      summary: 'Sign out: the refresh token works no more',
      auth: 'none',
      idempotent: true,
      input: refreshToken,
      output: z.void(),
      success: { 204: 'Signed out' },
      errors: ['not_found'],
    }),
  },
} as const;

export type Operations = typeof operations;

/** An operation with its tRPC path, `conversations.list` and so on. */
export interface NamedOperation {
  readonly name: string;
  readonly operation: Operation;
}

/** All operations in a row, for whatever treats them alike: routes, documents, checks. */
export const allOperations: readonly NamedOperation[] = Object.entries(operations).flatMap(
  ([group, members]) =>
    Object.entries<Operation>(members).map(([verb, definition]) => ({
      name: `${group}.${verb}`,
      operation: definition,
    })),
);
