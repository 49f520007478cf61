import { createDuetTrpc } from '@duet/sdk/trpc';

const trpc = createDuetTrpc({ url: 'http://localhost:8080', getToken: () => null });

export async function ids(): Promise<string[]> {
  const conversations = await trpc.conversations.list.query({});
  return conversations.map(({ id }) => id);
}
