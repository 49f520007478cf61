import { randomUUID } from 'node:crypto';
import { PATIENCE_MS } from '@duet/testing/wait';
import { expect } from 'vitest';
import type { Duet } from '../../src/index.ts';
import { device } from '../harness/devices.ts';

/** A device of somebody's, with every socket that it opened. */
export interface Device {
  readonly id: string;
  readonly duet: Duet;
  readonly sockets: readonly WebSocket[];
}

/** Somebody new, with one device that is not connected. */
export async function person(): Promise<Device> {
  const sockets: WebSocket[] = [];
  class NotedWebSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const id = randomUUID();
  const duet = device(id, { WebSocket: NotedWebSocket });
  await duet.users.me();
  return { id, duet, sockets };
}

/** Two people, and the id of their conversation. */
export async function pair(): Promise<{ ada: Device; ben: Device; id: string }> {
  const [ada, ben] = await Promise.all([person(), person()]);
  const { id } = await ada.duet.conversations.open({ target_user_id: ben.id });
  return { ada, ben, id };
}

/** Expects something of what is looked at until it is so, or until it is too late. */
export function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: PATIENCE_MS, interval: 20 });
}
