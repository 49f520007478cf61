import type { WebSocketConstructor } from '../../src/index.ts';

/** What went over the sockets of one device. */
export interface SocketCounts {
  opened: number;
  /** Tokens in band, after the first. */
  refreshed: number;
  /** Messages that were sent again. */
  resent: number;
  readonly closedWith: Record<number, number>;
}

/** The platform's WebSocket, with its frames counted. */
export function countingSocket(): { WebSocket: WebSocketConstructor; counts: SocketCounts } {
  const counts: SocketCounts = { opened: 0, refreshed: 0, resent: 0, closedWith: {} };
  const sent = new Set<string>();

  class CountingSocket extends WebSocket {
    #hasSaidWho = false;

    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.addEventListener('open', () => (counts.opened += 1));
      this.addEventListener('close', ({ code }) => {
        counts.closedWith[code] = (counts.closedWith[code] ?? 0) + 1;
      });
    }

    override send(data: string): void {
      const { type, message_id } = JSON.parse(data);
      if (type === 'auth' && this.#hasSaidWho) counts.refreshed += 1;
      this.#hasSaidWho = true;
      if (message_id !== undefined && sent.has(message_id)) counts.resent += 1;
      sent.add(message_id);
      super.send(data);
    }
  }
  return { WebSocket: CountingSocket, counts };
}
