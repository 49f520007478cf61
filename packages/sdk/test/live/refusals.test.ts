import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { device, live, pair, person } from '../harness/devices.ts';
import { until } from '../harness/until.ts';

describe('what cannot be', () => {
  test('a message that the server refuses fails with its reason, and can be tried again or given up', async () => {
    const { id } = await pair();
    const eve = await person();
    eve.live.connect();
    await live(eve);
    const thread = eve.live.conversation(id);
    onTestFinished(thread.subscribe(() => {}));
    const { message_id } = thread.send('let me in');
    const failed = () => until(thread, ({ outgoing }) => outgoing[0]?.status === 'failed');
    expect((await failed()).outgoing).toMatchObject([{ message_id, error: 'not_participant' }]);
    thread.retry(message_id);
    expect(thread.get().outgoing).toMatchObject([{ status: 'sent', error: undefined }]);
    await failed();
    thread.discard(message_id);
    expect(thread.get().outgoing).toEqual([]);
    expect((await until(thread, ({ error }) => error !== undefined)).error).toMatchObject({
      code: 'not_participant',
    });
    for (const content of ['', ' \n', 'x'.repeat(10_001)])
      expect(() => thread.send(content)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  test('the outbox is bounded', () => {
    const thread = device(randomUUID()).live.conversation(randomUUID());
    for (let n = 0; n < 1000; n += 1) thread.send(`${n}`);
    expect(() => thread.send('one more')).toThrow(expect.objectContaining({ code: 'outbox_full' }));
    expect(thread.get().outgoing).toHaveLength(1000);
  });

  test('a url that is none says so at once', () => {
    for (const url of ['', '/', 'localhost:8080', 'ws://localhost:8080'])
      expect(() => device(randomUUID(), { url })).toThrow('url must begin with http');
  });

  test('a thread that cannot be read for some time says why, and is read when it can be', async () => {
    const { ada, ben, id } = await pair();
    await ben.messages.send({ conversation_id: id, content: 'Hello' });
    let isBlocked = true;
    const blocked = device(ada.id, {
      maxRetries: 0,
      fetch: (url, init) => (isBlocked ? Promise.reject(new TypeError('blocked')) : fetch(url, init)),
    });
    blocked.live.connect();
    const thread = blocked.live.conversation(id);
    const { error } = await until(thread, ({ error }) => error !== undefined);
    expect(error).toMatchObject({ code: 'network', recovery: 'retry' });
    expect(error?.message).toContain('blocked');
    isBlocked = false;
    const { messages } = await until(thread, ({ error, isSynced }) => error === undefined && isSynced);
    expect(messages).toHaveLength(1);
  });

  test('without a WebSocket the client says so', () => {
    vi.stubGlobal('WebSocket', undefined);
    const duet = device(randomUUID());
    expect(() => duet.live.connect()).toThrow(expect.objectContaining({ code: 'no_websocket' }));
    vi.unstubAllGlobals();
  });
});
