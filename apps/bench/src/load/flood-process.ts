import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { FloodOutcome } from './flood.ts';
import { planned } from './protocol.ts';

// The process of `flood.ts`: sends until it is told to stop, and comes back whenever it is thrown out.

const SOCKETS = 4;
const CONNECTIONS = 16;
const AGAIN_AFTER_MS = 50;
/** So much may wait to be written on a socket; then it is the wire that holds the flood back, */
const FULL_BYTES = 64 * 1024;
/** and is asked again after so long: whoever only asks takes the processor that the server may need. */
const FULL_MS = 2;

const heard = z.object({ type: z.string(), code: z.string().optional() });
const counts = new Map<string, number>();
let stopped = false;
let sent = 0;
let begun = performance.now();

const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

/** A socket that sends, of the one or the other kind. */
async function floodSocket(url: string, protocols: string[], frame: () => object): Promise<void> {
  while (!stopped) {
    const ws = new WebSocket(url, protocols);
    ws.on('error', () => count('socket error'));
    ws.on('message', (data) => {
      const { type, code } = heard.parse(JSON.parse(data.toString()));
      count(`frame ${code ?? type}`);
    });
    const closed = new Promise<void>((resolve) => {
      ws.once('close', (code) => {
        count(`closed ${code}`);
        resolve();
      });
    });
    const pour = () => {
      if (stopped) return ws.close();
      for (let i = 0; i < 50 && ws.bufferedAmount < FULL_BYTES; i += 1) {
        ws.send(JSON.stringify(frame()));
        sent += 1;
      }
      if (ws.readyState !== WebSocket.OPEN) return;
      if (ws.bufferedAmount < FULL_BYTES) setImmediate(pour);
      else setTimeout(pour, FULL_MS);
    };
    ws.once('open', pour);
    await closed;
    await sleep(AGAIN_AFTER_MS);
  }
}

async function floodRest(url: string, token: string): Promise<void> {
  while (!stopped) {
    sent += 1;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ content: 'flood' }),
        signal: AbortSignal.timeout(5000),
      });
      await answer.arrayBuffer();
      count(`status ${answer.status}`);
    } catch {
      count('no answer');
      await sleep(AGAIN_AFTER_MS);
    }
  }
}

function start(message: unknown): void {
  const { conversationId, users } = planned.parse(message);
  const [{ port, token }] = users;
  const message_id = randomUUID;
  const ws = `ws://127.0.0.1:${port}/ws/chat/`;
  for (let i = 0; i < SOCKETS; i += 1) {
    void floodSocket(`${ws}${conversationId}/?token=${token}`, [], () => ({
      message: 'flood',
      message_id: message_id(),
    }));
    void floodSocket(ws, ['duet.v1', `bearer.${token}`], () => ({
      type: 'chat_message',
      conversation_id: conversationId,
      message: 'flood',
      message_id: message_id(),
    }));
  }
  const rest = `http://127.0.0.1:${port}/api/chat/conversations/${conversationId}/messages/`;
  for (let i = 0; i < CONNECTIONS; i += 1) void floodRest(rest, token);
}

process.on('message', (message) => {
  if (message === 'stop') {
    stopped = true;
    const said = [...counts].map(([what, times]) => `the flood got ${times} times: ${what}`);
    const outcome: FloodOutcome = { seconds: (performance.now() - begun) / 1000, sent, said };
    process.send?.(outcome);
  } else {
    begun = performance.now();
    start(message);
    process.send?.('started');
  }
});
process.once('disconnect', () => process.exit(0));
