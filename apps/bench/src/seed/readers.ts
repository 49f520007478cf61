import { each } from '../servers/each.ts';
import { openConversation } from '../servers/people.ts';
import type { Server } from '../servers/server.ts';
import { mintToken } from '../servers/tokens.ts';
import { seederOf } from './seeder-of.ts';

/** Somebody with conversations to list, to open and to read. */
export interface Reader {
  readonly token: string;
  readonly conversations: readonly { readonly id: string; readonly peer: string }[];
  /** The first of them, with the long history. */
  readonly longId: string;
}

export interface Readership {
  readonly readers: number;
  readonly conversations: number;
  readonly longHistory: number;
  readonly shortHistory: number;
}

/** Readers whose conversations were opened through REST, one of each with a long history. */
export async function seedReaders(server: Server, size: Readership): Promise<Reader[]> {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  const seeder = seederOf(server);
  const readers = await each(numbers(size.readers), async (r) => {
    const token = await mintToken(`r${r}`);
    const peers = numbers(size.conversations).map((p) => `r${r}-peer${p}`);
    await seeder.users([`r${r}`, ...peers]);
    const ids = await each(peers, (peer) => openConversation(server, token, peer));
    const conversations = ids.map((id, i) => ({ id, peer: peers[i] ?? '' }));
    return { token, conversations, longId: ids[0] ?? '' };
  });
  const long = readers.map(({ longId }) => longId);
  const short = readers.flatMap(({ conversations }) => conversations.slice(1).map(({ id }) => id));
  await seeder.histories(long, size.longHistory);
  await seeder.histories(short, size.shortHistory);
  await seeder.settle();
  return readers;
}
