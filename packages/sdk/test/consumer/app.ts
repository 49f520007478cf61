import { createRest, DuetError, type ErrorCode, type Message, type Rest } from '@duet/sdk';

export interface Person {
  readonly id: string;
  readonly token: string;
  readonly rest: Rest;
}

/** Somebody new. */
export async function join(url: string, username: string): Promise<Person> {
  let token: string | null = null;
  const rest = createRest({ url, getToken: () => token });
  const { user, access } = await rest.auth.register({ username, password: 'long enough' });
  token = access;
  return { id: user.id, token: access, rest };
}

/** Everything that two people said. */
export async function talk(ada: Person, ben: Person): Promise<string[]> {
  const { id: conversation_id } = await ada.rest.conversations.open({ target_user_id: ben.id });
  const sent: Message = await ada.rest.messages.send({ conversation_id, content: 'Hello' });
  await ben.rest.messages.send({ conversation_id, content: `You are ${sent.sender.username}` });

  const code: ErrorCode = 'not_found';
  const error: unknown = await ben.rest.conversations.get({ conversation_id: 'x' }).catch((reason) => reason);
  if (!(error instanceof DuetError) || error.code !== code) throw error;

  const said: string[] = [];
  for await (const { content } of ada.rest.messages.each({ conversation_id, order: 'asc' }))
    said.push(content);
  return said;
}
