import { randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import {
  createDuet,
  type Duet,
  type DuetOptions,
  type ThreadHandle,
  type WebSocketConstructor,
} from '../../src/index.ts';
import { mint } from './people.ts';
import { until } from './until.ts';

// Live clients of the real server; each is closed when its test is over.

/** A device of somebody's. */
export function device(id: string, options: Partial<DuetOptions> = {}): Duet {
  const duet = createDuet({ url: inject('serverUrl'), getToken: () => mint(id), ...options });
  onTestFinished(() => duet.live.close());
  return duet;
}

/** Somebody new, with one device that is connected. */
export async function person(): Promise<Duet & { id: string }> {
  const id = randomUUID();
  const duet = device(id);
  await duet.users.me();
  return { ...duet, id };
}

export const live = (duet: Duet) => until(duet.live.connection, ({ status }) => status === 'live');
export const contents = (thread: ThreadHandle) => thread.get().messages.map(({ content }) => content);

export async function pair() {
  const [ada, ben] = [await person(), await person()];
  const { id } = await ada.conversations.open({ target_user_id: ben.id });
  for (const { live } of [ada, ben]) live.connect();
  await Promise.all([live(ada), live(ben)]);
  return { ada, ben, id };
}

/** A conversation that is looked at, and whole. */
export async function watched(duet: Duet, id: string): Promise<ThreadHandle> {
  const thread = duet.live.conversation(id);
  onTestFinished(thread.subscribe(() => {}));
  await until(thread, ({ isSynced }) => isSynced);
  return thread;
}

/** A WebSocket that never hears some frames. */
export function losing(isLost: (frame: string) => boolean): WebSocketConstructor {
  return class extends WebSocket {
    override set onmessage(listener: ((event: MessageEvent) => void) | null) {
      super.onmessage = listener && ((event) => !isLost(String(event.data)) && listener(event));
    }
  };
}

export const stagesOf = (thread: ThreadHandle) => {
  const { messages, outgoing } = thread.get();
  return [
    ...outgoing.map(({ status }) => status),
    ...messages.map(({ seq, read }) => `seq ${seq}${read ? ' read' : ''}`),
  ];
};
export const seqs = (thread: ThreadHandle) => thread.get().messages.map(({ seq }) => seq);
export const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
