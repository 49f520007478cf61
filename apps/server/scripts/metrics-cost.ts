import { Counter, Registry } from '@prometheus-io/client';
import { createMetrics } from '../src/telemetry/metrics.ts';

// What counting costs (OBSERVABILITY.md): `node scripts/metrics-cost.ts` prints nanoseconds, the least of five tries.

const CALLS = 2_000_000;
const { domain, http, socket } = createMetrics();
const theirs = new Counter({
  name: 'theirs_total',
  help: 'A counter of the client itself.',
  labelNames: ['kind', 'type'],
  registers: [new Registry()],
}).labels({ kind: 'conversation', type: 'chat_message' });

const events: Record<string, () => void> = {
  'a message in a conversation of two': () => {
    socket.frameReceived('conversation', 'chat_message');
    domain.sent('created');
    socket.frameMade('chat_message');
    socket.frameWritten();
    socket.frameWritten();
  },
  'an answered request': () => http.answered('sendMessage', 201, 0.003),
  'a batch': () => domain.batchCommitted(7, 0.003),
  'one count of the client itself': () => theirs.inc(),
};

for (const [what, count] of Object.entries(events)) {
  const tries = Array.from({ length: 5 }, () => {
    const began = performance.now();
    for (let i = 0; i < CALLS; i += 1) count();
    return ((performance.now() - began) * 1e6) / CALLS;
  });
  console.log(
    `${Math.min(...tries)
      .toFixed(0)
      .padStart(5)} ns  ${what}`,
  );
}
