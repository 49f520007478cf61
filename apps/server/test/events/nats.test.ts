import { randomUUID } from 'node:crypto';
import { createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { NatsBus } from '../../src/events/nats.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { startNats } from '../harness/nats.ts';
import { JWT_SECRET, startServerOn } from '../harness/server.ts';

// What only NATS has: a password of its own, and a server that may not be there when a node starts.

function join(natsUrl: string) {
  const log: string[] = [];
  const lines = pino({ level: 'trace' }, { write: (line) => log.push(line) });
  const bus = new NatsBus({ node: randomUUID(), natsUrl, prefix: 'duet.test', log: lines });
  const heard: string[] = [];
  bus.start({ opened: () => {}, missed: () => {}, hear: (_, texts) => heard.push(...texts) });
  return { bus, heard, log: () => log.join('') };
}

test.each([
  ['a user and password', ['--user', 'duet', '--pass', 'p@ss/word'], 'duet:p%40ss%2Fword'],
  ['a token', ['--auth', 'top:secret'], 'top%3Asecret'],
])(
  '%s in NATS_URL: with it nodes get in, with another they do not, and it is not in the log',
  async (_, args, credentials) => {
    const nats = await startNats({ args });
    const withCredentials = (given: string) => nats.url.replace('//', `//${given}@`);
    const nodes = [join(withCredentials(credentials)), join(withCredentials(credentials))] as const;
    const stranger = join(withCredentials('duet:hidden'));
    const [one, two] = nodes;
    try {
      await two.bus.follow('user:a').active;
      await one.bus.follow('user:b').active;
      one.bus.publish([{ topics: ['user:a'], text: 'hello' }]);
      await expect.poll(() => two.heard, { timeout: PATIENCE_MS }).toEqual(['hello']);
      await expect.poll(() => stranger.log(), { timeout: PATIENCE_MS }).toContain('NATS cannot be reached');
      expect(stranger.bus.check()).toBe(false);
      for (const { log } of [...nodes, stranger]) expect(log()).not.toMatch(/hidden|ss.?word|secret/);
    } finally {
      await Promise.all([...nodes, stranger].map(({ bus }) => bus.close()));
      await nats.stop();
    }
  },
);

test('a node starts and works while NATS is away, and joins the others when it comes', async () => {
  const database = await createPostgres();
  const away = await startNats();
  await away.stop();
  const env = { ...database.env, JWT_SECRET, NATS_URL: away.url };
  const nodes = await Promise.all([startServerOn(env), startServerOn(env)]);
  const [one, two] = nodes;
  let nats: Awaited<ReturnType<typeof startNats>> | undefined;
  try {
    const [ada, ben] = [await one.person('ada'), await two.person('ben')];
    const { id } = await ada.open(ben);
    const [adas, bens] = [await inboxOf(ada), await inboxOf(ben)];
    await ada.send(id, 'while it is away');
    expect(await nextOf(adas, 'chat_message')).toMatchObject({ seq: 1 });
    nats = await startNats({ port: new URL(away.url).port });
    // What was missed is shown, and what comes is heard.
    for (;;) {
      const { conversation } = await nextOf(bens, 'conversation');
      if (conversation.id === id && conversation.last_seq === 1) break;
    }
    for (const { log } of nodes) {
      await expect.poll(() => log.join(''), { timeout: PATIENCE_MS }).toContain('connected to NATS');
    }
    await ada.send(id, 'now it is there');
    expect(await nextOf(bens, 'chat_message')).toMatchObject({ seq: 2 });
    await Promise.all([adas.close(), bens.close()]);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    await nats?.stop();
    await database.drop();
  }
});
