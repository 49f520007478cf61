import { expect, onTestFinished, test, vi } from 'vitest';
import { createDuet } from '../../src/index.ts';
import { IDLE, step } from '../../src/live/connection.ts';
import { proper, socketServer } from '../harness/socket-server.ts';
import { eventually, until } from '../harness/until.ts';

// A server that says `rate_limited` (PROTOCOL 3.11) is not pressed, and what was written arrives: once, in its order.

test('what is refused waits as long as the server says, and nothing written later overtakes it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0);
  onTestFinished(() => {
    vi.useRealTimers();
    chance.mockRestore();
  });
  const stored: string[] = [];
  let heard = 0;
  let isFull = false;
  const server = await socketServer({
    heard: (frame, say) => {
      if (frame.type !== 'chat_message') return proper(frame, say);
      const { message_id, conversation_id, message } = frame;
      heard += 1;
      if (heard === 4) isFull = true;
      if (isFull) {
        const refusal = { code: 'rate_limited', detail: '', frame: 'chat_message', retry_after: 1 } as const;
        return say({ type: 'error', ...refusal, conversation_id, message_id });
      }
      stored.push(message);
      const seq = stored.length;
      say({
        type: 'chat_message',
        message,
        sender_id: 'ada',
        sender_username: 'ada',
        sender_display_name: 'ada',
        timestamp: '2026-11-22T10:15:30.123Z',
        message_id,
        conversation_id,
        seq,
        state: { last_seq: seq, read_seqs: [0, 0], unread_counts: [0, seq] },
      });
    },
  });
  const duet = createDuet({ url: server.url, getToken: () => 'a-token' });
  onTestFinished(() => duet.live.close());
  duet.live.connect();
  await until(duet.live.connection, ({ status }) => status === 'live');
  const thread = duet.live.conversation('c1');
  for (let n = 0; n < 6; n += 1) thread.send(`${n}`);
  await eventually(() => heard === 6);
  await until(thread, ({ outgoing }) => outgoing.filter(({ status }) => status === 'queued').length === 3);
  isFull = false;
  thread.send('6'); // written while the others wait
  vi.advanceTimersByTime(999);
  duet.live.conversation('c2').markRead(1); // what is sent now comes after what was sent before
  await eventually(() => server.frames.some(({ type }) => type === 'read'));
  expect(heard).toBe(6);
  vi.advanceTimersByTime(1);
  await eventually(() => stored.length === 7);
  expect(stored).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  expect(heard).toBe(10);
  expect(server.opened).toBe(1);
});

test('of many messages written offline only 50 are on their way at once', async () => {
  let unanswered = 0;
  let most = 0;
  const answers: (() => void)[] = [];
  const server = await socketServer({
    heard: (frame, say) => {
      if (frame.type !== 'chat_message') return proper(frame, say);
      most = Math.max(most, ++unanswered);
      answers.push(() => {
        unanswered -= 1;
        const { message_id, conversation_id } = frame;
        say({
          type: 'error',
          code: 'conflict',
          detail: '',
          frame: 'chat_message',
          conversation_id,
          message_id,
        });
      });
    },
  });
  const duet = createDuet({ url: server.url, getToken: () => 'a-token' });
  onTestFinished(() => duet.live.close());
  const thread = duet.live.conversation('c1');
  for (let n = 0; n < 120; n += 1) thread.send(`${n}`);
  duet.live.connect();
  for (let done = 0; done < 120; ) {
    await eventually(() => answers.length === Math.min(50, 120 - done));
    for (const answer of answers.splice(0)) {
      done += 1;
      answer();
    }
  }
  expect(most).toBe(50);
  await until(thread, ({ outgoing }) => outgoing.every(({ status }) => status === 'failed'));
});

test('a connection that was closed for being too much comes back after five seconds at the soonest', () => {
  for (const random of [0, 0.5, 1]) {
    const [machine] = step(
      { ...IDLE, status: 'live', attempts: 1 },
      { type: 'lost', reason: 'rate_limited', recovery: 'retry' },
      random,
    );
    expect(machine.status).toBe('waiting');
    expect(machine.retryInMs).toBeGreaterThanOrEqual(5000);
    expect(machine.retryInMs).toBeLessThanOrEqual(20_000);
  }
});
