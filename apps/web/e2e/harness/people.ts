import { createRest, type Rest, type Session } from '@duet/sdk';

/** Somebody with an account, and a client to call the server with. */
export interface Account {
  readonly name: string;
  readonly session: Session;
  readonly rest: Rest;
}

export const PASSWORD = 'correct horse battery';
let made = 0;

/** A name that nobody else has on this server. */
export function nameLike(name: string): string {
  made += 1;
  return `${name} ${made}`;
}

/** Makes an account. */
export async function register(url: string, name: string): Promise<Account> {
  const { auth } = createRest({ url, getToken: () => null });
  return accountOf(url, await auth.register({ username: name, password: PASSWORD }));
}

/** Another session of somebody who has an account. */
export async function signIn(url: string, name: string): Promise<Account> {
  const { auth } = createRest({ url, getToken: () => null });
  return accountOf(url, await auth.signIn({ username: name, password: PASSWORD }));
}

function accountOf(url: string, session: Session): Account {
  const { username } = session.user;
  let { access } = session;
  // The session is the browser's: a client whose token is over signs in for itself.
  const getToken = async ({ reason }: { reason: string }) => {
    if (reason !== 'missing') {
      const { auth } = createRest({ url, getToken: () => null });
      ({ access } = await auth.signIn({ username, password: PASSWORD }));
    }
    return access;
  };
  return { name: username, session, rest: createRest({ url, getToken }) };
}

/** The conversation of two people, which is made if it is not there. */
export async function conversationOf(one: Account, other: Account): Promise<string> {
  const { id } = await one.rest.conversations.open({ target_user_id: other.session.user.id });
  return id;
}

/** Sends texts one after the other. */
export async function say(from: Account, conversation_id: string, ...texts: string[]): Promise<void> {
  for (const content of texts) await from.rest.messages.send({ conversation_id, content });
}

/** What the server has, in order. */
export async function stored(account: Account, conversation_id: string): Promise<string[]> {
  const contents: string[] = [];
  for await (const { content } of account.rest.messages.each({ conversation_id, order: 'asc' }))
    contents.push(content);
  return contents;
}
