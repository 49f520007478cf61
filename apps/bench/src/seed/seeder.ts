/** A message as long as those of the socket's load. */
export const TEXT = 'The quick brown fox jumps over the lazy dog while five wizards box. ';
/** How many messages each side has not read of those that the other wrote. */
export const UNREAD = 5;

export interface NewConversation {
  readonly id: string;
  readonly users: readonly [string, string];
}

/** Fills a server's tables with SQL, for through REST it would take hours, and warm the server up. */
export interface Seeder {
  users(ids: readonly string[]): Promise<void>;
  /** @param minutesApart how long before each other they were active, the first now */
  conversations(rows: readonly NewConversation[], minutesApart?: number): Promise<void>;
  /** So many messages in each conversation: both sides in turn, the conversations interleaved as in life, all read but the last few. */
  histories(ids: readonly string[], length: number): Promise<void>;
  /** What `before` is, for pages that end after so many messages of a conversation. */
  positions(id: string, offsets: readonly number[]): Promise<string[]>;
  /** Statistics and visibility as a database that has lived has them. */
  settle(): Promise<void>;
}
