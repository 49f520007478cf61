import { readFileSync } from 'node:fs';
import {
  type ChatMessageFrame,
  type Operations as ContractOperations,
  type conversation,
  type ErrorFrame,
  type errorCode,
  errors,
  type fieldError,
  type message,
  type messagePage,
  type problem,
  type sendFrame,
  type serverFrame,
  type session,
  type user,
} from '@duet/contract';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { errors as generatedErrors } from '../src/generated/errors.ts';
import type * as sdk from '../src/index.ts';
import type { CallOptions, Operations } from '../src/index.ts';

type Output<S extends z.ZodType> = z.output<S>;
type Input<
  G extends keyof ContractOperations,
  V extends keyof ContractOperations[G],
> = ContractOperations[G][V] extends { input: infer S extends z.ZodType } ? z.input<S> : never;

/** The compiler checks each of these, and the test that none is missing. */
const assertions = {
  User: () => expectTypeOf<sdk.User>().toEqualTypeOf<Output<typeof user>>(),
  Message: () => expectTypeOf<sdk.Message>().toEqualTypeOf<Output<typeof message>>(),
  MessagePage: () => expectTypeOf<sdk.MessagePage>().toEqualTypeOf<Output<typeof messagePage>>(),
  Conversation: () => expectTypeOf<sdk.Conversation>().toEqualTypeOf<Output<typeof conversation>>(),
  Session: () => expectTypeOf<sdk.Session>().toEqualTypeOf<Output<typeof session>>(),
  Problem: () => expectTypeOf<sdk.Problem>().toEqualTypeOf<Output<typeof problem>>(),
  FieldError: () => expectTypeOf<sdk.FieldError>().toEqualTypeOf<Output<typeof fieldError>>(),
  ErrorCode: () => expectTypeOf<sdk.ErrorCode>().toEqualTypeOf<Output<typeof errorCode>>(),

  SendFrame: () => expectTypeOf<sdk.SendFrame>().toEqualTypeOf<z.input<typeof sendFrame>>(),
  ChatMessageFrame: () => expectTypeOf<sdk.ChatMessageFrame>().toEqualTypeOf<ChatMessageFrame>(),
  ErrorFrame: () => expectTypeOf<sdk.ErrorFrame>().toEqualTypeOf<ErrorFrame>(),
  ServerFrame: () => expectTypeOf<sdk.ServerFrame>().toEqualTypeOf<Output<typeof serverFrame>>(),

  ListConversationsInput: () =>
    expectTypeOf<sdk.ListConversationsInput>().toEqualTypeOf<Input<'conversations', 'list'>>(),
  OpenConversationInput: () =>
    expectTypeOf<sdk.OpenConversationInput>().toEqualTypeOf<Input<'conversations', 'open'>>(),
  GetConversationInput: () =>
    expectTypeOf<sdk.GetConversationInput>().toEqualTypeOf<Input<'conversations', 'get'>>(),
  MarkReadInput: () => expectTypeOf<sdk.MarkReadInput>().toEqualTypeOf<Input<'conversations', 'markRead'>>(),
  ListMessagesInput: () => expectTypeOf<sdk.ListMessagesInput>().toEqualTypeOf<Input<'messages', 'list'>>(),
  SendMessageInput: () => expectTypeOf<sdk.SendMessageInput>().toEqualTypeOf<Input<'messages', 'send'>>(),
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
    ? (input?: z.input<I>, options?: CallOptions) => Promise<z.output<O>>
    : (input: z.input<I>, options?: CallOptions) => Promise<z.output<O>>
  : never;
type Expected = {
  -readonly [G in keyof ContractOperations]: {
    -readonly [V in keyof ContractOperations[G]]: Method<ContractOperations[G][V]>;
  };
};

test('the methods are those of the contract', () => {
  expectTypeOf<Operations>().toEqualTypeOf<Expected>();
});

test('the error table is that of the contract, without its texts', () => {
  const withoutTitles = Object.entries(errors).map(([code, { title: _, ...row }]) => [code, row]);
  expect(generatedErrors).toEqual(Object.fromEntries(withoutTitles));
});
