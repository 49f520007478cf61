import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClientFrame, InboxFrame } from '../../src/index.ts';

/** Says a frame. */
export type Say = (frame: InboxFrame) => void;

/** What a server does with its connections. */
export interface Script {
  opened?(ws: WebSocket): void;
  heard?(frame: ClientFrame, say: Say, ws: WebSocket): void;
}

/** What clients did. */
export interface Visits {
  readonly url: string;
  /** How many connections were opened, and how many closed since. */
  opened: number;
  closed: number;
  readonly frames: ClientFrame[];
}

/** A server of sockets that goes by a script, and ends with the test. */
export async function socketServer(script: Script): Promise<Visits> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const visits: Visits = { url: `http://127.0.0.1:${address.port}`, opened: 0, closed: 0, frames: [] };
  server.on('connection', (ws) => {
    visits.opened += 1;
    ws.on('error', () => {}); // a close follows
    ws.on('close', () => (visits.closed += 1));
    ws.on('message', (data) => {
      const frame: ClientFrame = JSON.parse(data.toString());
      visits.frames.push(frame);
      script.heard?.(frame, (answer) => ws.send(JSON.stringify(answer)), ws);
    });
    script.opened?.(ws);
  });
  onTestFinished(() => {
    for (const ws of server.clients) ws.terminate();
    server.close();
  });
  return visits;
}

/** As a server should: for scripts that want to do one thing differently. */
export function proper(frame: ClientFrame, say: Say): void {
  const user = { id: 'ada', username: 'ada', display_name: 'ada' };
  if (frame.type === 'auth') say({ type: 'ready', user, expires_in: 900, heartbeat_seconds: 25 });
  if (frame.type === 'sync') say({ type: 'synced', cursor: 'c', reset: true, next: null });
  if (frame.type === 'ping') say({ type: 'pong', cursor: 'c', heads: [] });
}
