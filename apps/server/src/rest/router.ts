import { type Operation, type Operations, operations } from '@duet/contract';
import type { AnyTRPCProcedure } from '@trpc/server';
import type { z } from 'zod';
import { refreshSession } from '../domain/accounts/refresh.ts';
import { register } from '../domain/accounts/register.ts';
import { signIn } from '../domain/accounts/sign-in.ts';
import { signOut } from '../domain/accounts/sign-out.ts';
import { getConversation } from '../domain/conversations/get.ts';
import { listConversations } from '../domain/conversations/list.ts';
import { markRead } from '../domain/conversations/mark-read.ts';
import { openConversation } from '../domain/conversations/open.ts';
import { countUnread } from '../domain/conversations/unread.ts';
import { DomainError } from '../domain/error.ts';
import { listMessages } from '../domain/messages/list.ts';
import { sendMessage } from '../domain/messages/send.ts';
import { findUsers } from '../domain/users/find.ts';
import { getUser, getUsers } from '../domain/users/get.ts';
import { putUser, putUsers } from '../domain/users/put.ts';
import { messagePage, rangeOf } from './message-page.ts';
import { account, member, router, service } from './procedure.ts';

const { conversations, messages, users, auth } = operations;

/** What an operation answers; it is ours, so its shape is a matter of the compiler and the tests, and not checked each time. */
type ProcedureOf<O> = O extends Operation
  ? AnyTRPCProcedure & { _def: { $types: { output: z.output<O['output']> } } }
  : never;

/** One procedure for every operation of the contract, and no other: a missing one does not compile. */
type EveryProcedure = {
  [G in keyof Operations]: { [V in keyof Operations[G]]: ProcedureOf<Operations[G][V]> };
};

/** Every operation of the contract, as a tRPC procedure; REST and /trpc both call these. */
export const appRouter = router({
  conversations: {
    list: member(conversations.list).query(async ({ ctx, input }) => {
      const page = await listConversations(ctx.domain, input);
      if (page.next) {
        const query = new URLSearchParams({ limit: String(input.limit), cursor: page.next });
        ctx.request.reply.link = `<${ctx.request.baseUrl}${conversations.list.path}?${query}>; rel="next"`;
      }
      return page.conversations;
    }),
    open: member(conversations.open).mutation(async ({ ctx, input }) => {
      const { conversation, created } = await openConversation(ctx.domain, input);
      ctx.request.reply.status = created ? 201 : 200;
      return conversation;
    }),
    get: member(conversations.get).query(({ ctx, input }) => getConversation(ctx.domain, input)),
    markRead: member(conversations.markRead).mutation(async ({ ctx, input }) => {
      await markRead(ctx.domain, input);
      return getConversation(ctx.domain, input);
    }),
    unread: member(conversations.unread).query(({ ctx }) => countUnread(ctx.domain)),
  },
  messages: {
    list: member(messages.list).query(async ({ ctx, input }) =>
      messagePage(await listMessages(ctx.domain, rangeOf(input)), input, ctx.request.baseUrl),
    ),
    send: member(messages.send).mutation(async ({ ctx, input }) => {
      const { message, created } = await sendMessage(ctx.domain, input);
      ctx.request.reply.status = created ? 201 : 200;
      return message;
    }),
  },
  users: {
    me: member(users.me).query(({ ctx }) => ctx.domain.actor),
    find: member(users.find).query(({ ctx, input }) => {
      if (input.ids === undefined) return findUsers(ctx.domain, input);
      if (input.search !== undefined) throw DomainError.invalid('ids', 'must not stand beside search');
      return getUsers(ctx.domain, input.ids);
    }),
    get: member(users.get).query(({ ctx, input }) => getUser(ctx.domain, input)),
    put: service(users.put).mutation(async ({ ctx, input: { user_id: id, ...names } }) => {
      const { user, created } = await putUser(ctx.domain, { id, ...names });
      ctx.request.reply.status = created ? 201 : 200;
      return user;
    }),
    putMany: service(users.putMany).mutation(({ ctx, input }) => putUsers(ctx.domain, input.users)),
  },
  auth: {
    register: account(auth.register).mutation(({ ctx, input }) => register(ctx.accounts, input)),
    signIn: account(auth.signIn).mutation(({ ctx, input }) =>
      signIn(ctx.accounts, input, ctx.request.address),
    ),
    refresh: account(auth.refresh).mutation(({ ctx, input }) => refreshSession(ctx.accounts, input)),
    signOut: account(auth.signOut).mutation(({ ctx, input }) => signOut(ctx.accounts, input)),
  },
} satisfies EveryProcedure);

export type AppRouter = typeof appRouter;
