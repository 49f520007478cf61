// Generated from @duet/contract by `pnpm generate`. Do not edit.

import type { Call, CallOptions } from '../call.ts';
import type {
  Conversation,
  CountUnreadInput,
  FindUsersInput,
  GetConversationInput,
  GetMeInput,
  GetUserInput,
  ListConversationsInput,
  ListMessagesInput,
  MarkReadInput,
  Message,
  MessagePage,
  OpenConversationInput,
  PutUserInput,
  PutUsersInput,
  RefreshSessionInput,
  RegisterInput,
  SendMessageInput,
  Session,
  SignInInput,
  SignOutInput,
  Unread,
  User,
} from './types.ts';

/** What a request of each operation is made of. */
export const operations = {
  conversations: {
    list: { method: 'GET', path: '/api/chat/conversations/', auth: true, idempotent: true },
    open: { method: 'POST', path: '/api/chat/conversations/', auth: true, idempotent: true },
    get: { method: 'GET', path: '/api/chat/conversations/{conversation_id}/', auth: true, idempotent: true },
    markRead: {
      method: 'POST',
      path: '/api/chat/conversations/{conversation_id}/read/',
      auth: true,
      idempotent: true,
    },
    unread: { method: 'GET', path: '/api/chat/unread/', auth: true, idempotent: true },
  },
  messages: {
    list: {
      method: 'GET',
      path: '/api/chat/conversations/{conversation_id}/messages/',
      auth: true,
      idempotent: true,
    },
    send: {
      method: 'POST',
      path: '/api/chat/conversations/{conversation_id}/messages/',
      auth: true,
      idempotent: true,
    },
  },
  users: {
    me: { method: 'GET', path: '/api/chat/users/me/', auth: true, idempotent: true },
    find: { method: 'GET', path: '/api/chat/users/', auth: true, idempotent: true },
    get: { method: 'GET', path: '/api/chat/users/{user_id}/', auth: true, idempotent: true },
    put: { method: 'PUT', path: '/api/chat/users/{user_id}/', auth: true, idempotent: true },
    putMany: { method: 'PUT', path: '/api/chat/users/', auth: true, idempotent: true },
  },
  auth: {
    register: { method: 'POST', path: '/api/auth/register/', auth: false, idempotent: false },
    signIn: { method: 'POST', path: '/api/auth/token/', auth: false, idempotent: false },
    refresh: { method: 'POST', path: '/api/auth/token/refresh/', auth: false, idempotent: false },
    signOut: { method: 'POST', path: '/api/auth/logout/', auth: false, idempotent: true },
  },
} as const;

/** Every operation of the contract. */
export interface Operations {
  conversations: {
    /**
     * My conversations, latest activity first.
     * At most 1,000 at a time. When there is more, the `Link` header names the next page (`rel="next"`).
     * A page; `each` goes on from page to page.
     * `GET /api/chat/conversations/`
     */
    list(input?: ListConversationsInput, options?: CallOptions): Promise<Conversation[]>;
    /**
     * Get or create my conversation with somebody.
     * `POST /api/chat/conversations/`
     * @throws DuetError `not_found`, and what every call can
     */
    open(input: OpenConversationInput, options?: CallOptions): Promise<Conversation>;
    /**
     * One conversation.
     * `GET /api/chat/conversations/{conversation_id}/`
     * @throws DuetError `not_participant`, `not_found`, and what every call can
     */
    get(input: GetConversationInput, options?: CallOptions): Promise<Conversation>;
    /**
     * Mark everything up to a seq as read.
     * Never moves backwards, never beyond the last message.
     * `POST /api/chat/conversations/{conversation_id}/read/`
     * @throws DuetError `not_participant`, `not_found`, and what every call can
     */
    markRead(input: MarkReadInput, options?: CallOptions): Promise<Conversation>;
    /**
     * How many messages I have not read, in all my conversations.
     * `GET /api/chat/unread/`
     */
    unread(input?: CountUnreadInput, options?: CallOptions): Promise<Unread>;
  };
  messages: {
    /**
     * The history, a page at a time.
     * `before` and `after` bound the range, `order` says from which end it is walked. Its pages have numbers, too: `page` and `page_size`, or `limit` and `offset`.
     * A page; `each` goes on from page to page.
     * `GET /api/chat/conversations/{conversation_id}/messages/`
     * @throws DuetError `not_participant`, `not_found`, and what every call can
     */
    list(input: ListMessagesInput, options?: CallOptions): Promise<MessagePage>;
    /**
     * Send a message, once however often it is tried.
     * `POST /api/chat/conversations/{conversation_id}/messages/`
     * @throws DuetError `not_participant`, `not_found`, `conflict`, `busy`, and what every call can
     */
    send(input: SendMessageInput, options?: CallOptions): Promise<Message>;
  };
  users: {
    /**
     * Who I am.
     * `GET /api/chat/users/me/`
     */
    me(input?: GetMeInput, options?: CallOptions): Promise<User>;
    /**
     * Find people by the beginning of their username, or by their ids.
     * With `ids`, those of them that there are, in the order of the ids.
     * `GET /api/chat/users/`
     */
    find(input?: FindUsersInput, options?: CallOptions): Promise<User[]>;
    /**
     * One person.
     * `GET /api/chat/users/{user_id}/`
     * @throws DuetError `not_found`, and what every call can
     */
    get(input: GetUserInput, options?: CallOptions): Promise<User>;
    /**
     * Make a person known, or change their names.
     * What is left out stays as it is.
     * `PUT /api/chat/users/{user_id}/`
     * @throws DuetError `username_taken`, `not_found`, and what every call can
     */
    put(input: PutUserInput, options?: CallOptions): Promise<User>;
    /**
     * Make many people known, or change their names.
     * One after the other, up to the first that is refused; the same may be put again.
     * `PUT /api/chat/users/`
     * @throws DuetError `username_taken`, and what every call can
     */
    putMany(input: PutUsersInput, options?: CallOptions): Promise<User[]>;
  };
  auth: {
    /**
     * Make a local account and sign in.
     * `POST /api/auth/register/`
     * @throws DuetError `not_found`, `username_taken`, `busy`, and what every call can
     */
    register(input: RegisterInput, options?: CallOptions): Promise<Session>;
    /**
     * Sign in.
     * `POST /api/auth/token/`
     * @throws DuetError `invalid_credentials`, `not_found`, `busy`, and what every call can
     */
    signIn(input: SignInInput, options?: CallOptions): Promise<Session>;
    /**
     * A new access token for a refresh token, which is used up.
     * `POST /api/auth/token/refresh/`
     * @throws DuetError `invalid_refresh_token`, `not_found`, and what every call can
     */
    refresh(input: RefreshSessionInput, options?: CallOptions): Promise<Session>;
    /**
     * Sign out: the refresh token works no more.
     * `POST /api/auth/logout/`
     * @throws DuetError `not_found`, and what every call can
     */
    signOut(input: SignOutInput, options?: CallOptions): Promise<void>;
  };
}

/** The operations, each made by `call`. */
export function bindOperations(call: Call): Operations {
  return {
    conversations: {
      list: (input, options) => call(operations.conversations.list, input, options),
      open: (input, options) => call(operations.conversations.open, input, options),
      get: (input, options) => call(operations.conversations.get, input, options),
      markRead: (input, options) => call(operations.conversations.markRead, input, options),
      unread: (input, options) => call(operations.conversations.unread, input, options),
    },
    messages: {
      list: (input, options) => call(operations.messages.list, input, options),
      send: (input, options) => call(operations.messages.send, input, options),
    },
    users: {
      me: (input, options) => call(operations.users.me, input, options),
      find: (input, options) => call(operations.users.find, input, options),
      get: (input, options) => call(operations.users.get, input, options),
      put: (input, options) => call(operations.users.put, input, options),
      putMany: (input, options) => call(operations.users.putMany, input, options),
    },
    auth: {
      register: (input, options) => call(operations.auth.register, input, options),
      signIn: (input, options) => call(operations.auth.signIn, input, options),
      refresh: (input, options) => call(operations.auth.refresh, input, options),
      signOut: (input, options) => call(operations.auth.signOut, input, options),
    },
  };
}
