import { readFileSync } from 'node:fs';
import {
  type ChatMessageFrame,
  type Operations as ContractOperations,
  type Conversation,
  type ConversationState,
  type clientFrame,
  type clientFrames,
  type ErrorCode,
  type ErrorFrame,
  errors,
  type FieldError,
  type InboxFrame,
  type inboxFrames,
  type Message,
  type MessagePage,
  type Problem,
  type ServerFrame,
  type Session,
  type sendFrame,
  type Unread,
  type User,
} from '@duet/contract';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { recoveries } from '../src/generated/errors.ts';
import type * as sdk from '../src/index.ts';

type Input<
  G extends keyof ContractOperations,
  V extends keyof ContractOperations[G],
> = ContractOperations[G][V] extends { input: infer S extends z.ZodType } ? z.input<S> : never;
type Sent<K extends keyof typeof clientFrames> = z.input<(typeof clientFrames)[K]>;
type Received<K extends keyof typeof inboxFrames> = z.output<(typeof inboxFrames)[K]>;

/** The compiler checks each of these, and the test that none is missing. */
const assertions = {
  User: () => expectTypeOf<sdk.User>().toEqualTypeOf<User>(),
  Message: () => expectTypeOf<sdk.Message>().toEqualTypeOf<Message>(),
  MessagePage: () => expectTypeOf<sdk.MessagePage>().toEqualTypeOf<MessagePage>(),
  Conversation: () => expectTypeOf<sdk.Conversation>().toEqualTypeOf<Conversation>(),
  Unread: () => expectTypeOf<sdk.Unread>().toEqualTypeOf<Unread>(),
  Session: () => expectTypeOf<sdk.Session>().toEqualTypeOf<Session>(),
  Problem: () => expectTypeOf<sdk.Problem>().toEqualTypeOf<Problem>(),
  FieldError: () => expectTypeOf<sdk.FieldError>().toEqualTypeOf<FieldError>(),
  ErrorCode: () => expectTypeOf<sdk.ErrorCode>().toEqualTypeOf<ErrorCode>(),

  SendFrame: () => expectTypeOf<sdk.SendFrame>().toEqualTypeOf<z.input<typeof sendFrame>>(),
  ChatMessageFrame: () => expectTypeOf<sdk.ChatMessageFrame>().toEqualTypeOf<ChatMessageFrame>(),
  ErrorFrame: () => expectTypeOf<sdk.ErrorFrame>().toEqualTypeOf<ErrorFrame>(),
  ServerFrame: () => expectTypeOf<sdk.ServerFrame>().toEqualTypeOf<ServerFrame>(),

  ClientFrame: () => expectTypeOf<sdk.ClientFrame>().toEqualTypeOf<z.input<typeof clientFrame>>(),
  AuthenticateFrame: () => expectTypeOf<sdk.AuthenticateFrame>().toEqualTypeOf<Sent<'auth'>>(),
  SyncFrame: () => expectTypeOf<sdk.SyncFrame>().toEqualTypeOf<Sent<'sync'>>(),
  SendMessageFrame: () => expectTypeOf<sdk.SendMessageFrame>().toEqualTypeOf<Sent<'chat_message'>>(),
  MarkReadFrame: () => expectTypeOf<sdk.MarkReadFrame>().toEqualTypeOf<Sent<'read'>>(),
  SetTypingFrame: () => expectTypeOf<sdk.SetTypingFrame>().toEqualTypeOf<Sent<'typing'>>(),
  WatchPresenceFrame: () => expectTypeOf<sdk.WatchPresenceFrame>().toEqualTypeOf<Sent<'presence'>>(),
  PingFrame: () => expectTypeOf<sdk.PingFrame>().toEqualTypeOf<Sent<'ping'>>(),
  InboxFrame: () => expectTypeOf<sdk.InboxFrame>().toEqualTypeOf<InboxFrame>(),
  ConversationState: () => expectTypeOf<sdk.ConversationState>().toEqualTypeOf<ConversationState>(),
  ReadyFrame: () => expectTypeOf<sdk.ReadyFrame>().toEqualTypeOf<Received<'ready'>>(),
  TokenExpiringFrame: () => expectTypeOf<sdk.TokenExpiringFrame>().toEqualTypeOf<Received<'auth'>>(),
  ConversationFrame: () => expectTypeOf<sdk.ConversationFrame>().toEqualTypeOf<Received<'conversation'>>(),
  SyncedFrame: () => expectTypeOf<sdk.SyncedFrame>().toEqualTypeOf<Received<'synced'>>(),
  MessageFrame: () => expectTypeOf<sdk.MessageFrame>().toEqualTypeOf<Received<'chat_message'>>(),
  ReadFrame: () => expectTypeOf<sdk.ReadFrame>().toEqualTypeOf<Received<'read'>>(),
  TypingFrame: () => expectTypeOf<sdk.TypingFrame>().toEqualTypeOf<Received<'typing'>>(),
  PresenceFrame: () => expectTypeOf<sdk.PresenceFrame>().toEqualTypeOf<Received<'presence'>>(),
  PongFrame: () => expectTypeOf<sdk.PongFrame>().toEqualTypeOf<Received<'pong'>>(),
  InboxErrorFrame: () => expectTypeOf<sdk.InboxErrorFrame>().toEqualTypeOf<Received<'error'>>(),

  ListConversationsInput: () =>
    expectTypeOf<sdk.ListConversationsInput>().toEqualTypeOf<Input<'conversations', 'list'>>(),
  OpenConversationInput: () =>
    expectTypeOf<sdk.OpenConversationInput>().toEqualTypeOf<Input<'conversations', 'open'>>(),
  GetConversationInput: () =>
    expectTypeOf<sdk.GetConversationInput>().toEqualTypeOf<Input<'conversations', 'get'>>(),
  MarkReadInput: () => expectTypeOf<sdk.MarkReadInput>().toEqualTypeOf<Input<'conversations', 'markRead'>>(),
  ListMessagesInput: () => expectTypeOf<sdk.ListMessagesInput>().toEqualTypeOf<Input<'messages', 'list'>>(),
  SendMessageInput: () => expectTypeOf<sdk.SendMessageInput>().toEqualTypeOf<Input<'messages', 'send'>>(),
  CountUnreadInput: () =>
    expectTypeOf<sdk.CountUnreadInput>().toEqualTypeOf<Input<'conversations', 'unread'>>(),
  GetUserInput: () => expectTypeOf<sdk.GetUserInput>().toEqualTypeOf<Input<'users', 'get'>>(),
  PutUserInput: () => expectTypeOf<sdk.PutUserInput>().toEqualTypeOf<Input<'users', 'put'>>(),
  PutUsersInput: () => expectTypeOf<sdk.PutUsersInput>().toEqualTypeOf<Input<'users', 'putMany'>>(),
  GetMeInput: () => expectTypeOf<sdk.GetMeInput>().toEqualTypeOf<Input<'users', 'me'>>(),
  FindUsersInput: () => expectTypeOf<sdk.FindUsersInput>().toEqualTypeOf<Input<'users', 'find'>>(),
  RegisterInput: () => expectTypeOf<sdk.RegisterInput>().toEqualTypeOf<Input<'auth', 'register'>>(),
  SignInInput: () => expectTypeOf<sdk.SignInInput>().toEqualTypeOf<Input<'auth', 'signIn'>>(),
  RefreshSessionInput: () =>
    expectTypeOf<sdk.RefreshSessionInput>().toEqualTypeOf<Input<'auth', 'refresh'>>(),
  SignOutInput: () => expectTypeOf<sdk.SignOutInput>().toEqualTypeOf<Input<'auth', 'signOut'>>(),
};

test('each generated type is exactly what its schema says', () => {
  const source = readFileSync(new URL('../src/generated/types.ts', import.meta.url), 'utf8');
  const declared = [...source.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
  expect(Object.keys(assertions).sort()).toEqual(declared.sort());
});

type Method<Op> = Op extends { input: infer I extends z.ZodType; output: infer O extends z.ZodType }
  ? Record<never, never> extends z.input<I>
    ? (input?: z.input<I>, options?: sdk.CallOptions) => Promise<z.output<O>>
    : (input: z.input<I>, options?: sdk.CallOptions) => Promise<z.output<O>>
  : never;
type Expected = {
  -readonly [G in keyof ContractOperations]: {
    -readonly [V in keyof ContractOperations[G]]: Method<ContractOperations[G][V]>;
  };
};

test('the methods are those of the contract', () => {
  expectTypeOf<sdk.Operations>().toEqualTypeOf<Expected>();
});

test('the error table is that of the contract, without its texts', () => {
  expect(recoveries).toEqual(
    Object.fromEntries(Object.entries(errors).map(([code, { recovery }]) => [code, recovery])),
  );
});
