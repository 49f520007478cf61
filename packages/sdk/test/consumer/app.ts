import {
  createDuet,
  type Duet,
  DuetError,
  type ErrorCode,
  type Message,
  type WebSocketConstructor,
} from '@duet/sdk';

export interface Person {
  readonly id: string;
  readonly token: string;
  readonly duet: Duet;
}

/** Somebody new. @param WebSocket where the platform has none */
export async function join(url: string, username: string, WebSocket?: WebSocketConstructor): Promise<Person> {
  let token: string | null = null;
  const duet = createDuet({ url, getToken: () => token, WebSocket });
  const { user, access } = await duet.auth.register({ username, password: 'long enough' });
  token = access;
  return { id: user.id, token: access, duet };
}

/** Everything that two people said, as the one heard it live and the other reads it. */
export async function talk(ada: Person, ben: Person): Promise<string[]> {
  const { id: conversation_id } = await ada.duet.conversations.open({ target_user_id: ben.id });
  const thread = ben.duet.live.conversation(conversation_id);
  const heard = new Promise<readonly Message[]>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nothing was heard')), 20_000);
    const stop = thread.subscribe(() => {
      const { messages } = thread.get();
      if (messages.length < 2) return;
      clearTimeout(timer);
      stop();
      resolve(messages);
    });
  });
  for (const { duet } of [ada, ben]) duet.live.connect();
  ada.duet.live.conversation(conversation_id).send('Hello');
  await ben.duet.messages.send({ conversation_id, content: `You are ${ada.id}` });

  const code: ErrorCode = 'not_found';
  const error: unknown = await ben.duet.conversations.get({ conversation_id: 'x' }).catch((reason) => reason);
  if (!(error instanceof DuetError) || error.code !== code) throw error;

  const said = (await heard).map(({ content }) => content);
  const read: string[] = [];
  for await (const { content } of ada.duet.messages.each({ conversation_id, order: 'asc' }))
    read.push(content);
  for (const { duet } of [ada, ben]) duet.live.close();
  if (read.join() !== said.join()) throw new Error(`heard ${said}, read ${read}`);
  return said.sort();
}
