import { randomUUID } from 'node:crypto';
import { section } from '../case.ts';
import { equal, Failure } from '../check.ts';
import { type Chat, type Context, type Plain, range } from '../context.ts';

/** One order, on every device and all transports (PROTOCOL 4.4). */
export const order = [
  section('4.4', 'Order', [
    ['A socket receives seq ascending without holes from its first message on', ascending],
    ['A socket’s messages are stored in the order they came', ownOrder],
    [
      'Of senders at once, over REST and both sockets, every device sees seq 1 … n, and each sender’s order is kept',
      atOnce,
    ],
    ['Messages sent at once over REST get seq 1 … n without holes', restAtOnce],
  ]),
];

/** The next messages of a plain socket. */
async function messagesOf(socket: Plain, count: number): Promise<{ seq: number; text: string }[]> {
  return (await socket.take(count)).map((frame) => {
    if (frame.type === 'error') throw new Failure('a frame', 'a message', frame);
    return { seq: frame.seq, text: frame.message };
  });
}

async function ascending(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const theirs = await t.plain(ben, id);
  for (const i of range(1, 6)) await t.send(i % 2 ? ada : ben, id, `${i}`);
  equal(
    'seq',
    (await messagesOf(theirs, 6)).map(({ seq }) => seq),
    range(last + 1, last + 6),
  );
}

async function ownOrder(t: Context) {
  const { ada, id, last } = await t.chat();
  const mine = await t.plain(ada, id);
  const texts = range(1, 15).map(String);
  for (const message of texts) mine.send({ message });
  equal(
    'what is heard',
    await messagesOf(mine, 15),
    texts.map((text, i) => ({ seq: last + 1 + i, text })),
  );
  equal(
    'the history',
    (await t.history(ada, id, last)).map(({ content }) => content),
    texts,
  );
}

const EACH = 8;

async function atOnce(t: Context) {
  const chat = await t.chat();
  const { ada, ben, id, last } = chat;
  const plain = [await t.plain(ada, id), await t.plain(ben, id)];
  const inboxes = [await t.inbox(ada), await t.inbox(ben)];
  const steps = range(1, EACH);
  for (const i of steps) {
    plain[0]?.send({ message: `plain ${i}` });
    inboxes[1]?.send({
      type: 'chat_message',
      conversation_id: id,
      message: `inbox ${i}`,
      message_id: randomUUID(),
    });
  }
  // Over REST a sender keeps its order by waiting for each answer.
  await Promise.all([rest(t, chat, 'ada', steps), rest(t, chat, 'ben', steps)]);
  const total = 4 * EACH;
  const stored = (await t.history(ada, id, last)).map(({ seq, content }) => ({ seq, text: content }));
  for (const socket of plain) equal('what a socket hears', await messagesOf(socket, total), stored);
  for (const inbox of inboxes) {
    const heard = new Map<number, string>();
    while (heard.size < total) {
      const frame = await inbox.next();
      if (frame.type === 'chat_message') heard.set(frame.seq, frame.message);
    }
    const inOrder = [...heard]
      .map(([seq, text]) => ({ seq, text }))
      .sort((one, other) => one.seq - other.seq);
    equal('what an inbox hears, by seq', inOrder, stored);
  }
  equal(
    'seq',
    stored.map(({ seq }) => seq),
    range(last + 1, last + total),
  );
  for (const sender of ['plain', 'inbox', 'ada', 'ben']) {
    const own = stored.flatMap(({ text }) => (text.startsWith(`${sender} `) ? [text] : []));
    equal(
      `the order of ${sender}`,
      own,
      steps.map((i) => `${sender} ${i}`),
    );
  }
}

async function rest(t: Context, chat: Chat, name: 'ada' | 'ben', steps: readonly number[]): Promise<void> {
  for (const i of steps) await t.send(chat[name], chat.id, `${name} ${i}`);
}

async function restAtOnce(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const sent = await Promise.all(range(1, 16).map((i) => t.send(i % 2 ? ada : ben, id, `${i}`)));
  const seqs = sent.map(({ seq }) => seq).sort((one, other) => one - other);
  equal('seq', seqs, range(last + 1, last + 16));
  const stored = await t.history(ben, id, last);
  equal(
    'the history',
    stored,
    [...sent].sort((one, other) => one.seq - other.seq),
  );
}
