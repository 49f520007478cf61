import { randomUUID } from 'node:crypto';
import type { ConversationState, InboxFrame, ServerFrame } from '@duet/contract';
import { PATIENCE_MS } from '@duet/testing/wait';
import { expect, test } from 'vitest';
import { BUSES } from '../harness/buses.ts';
import { createFleet } from '../harness/fleet.ts';
import { inboxOf } from '../harness/inbox.ts';
import { mint, Person } from '../harness/server.ts';

// Three nodes, while one of them is killed and the bus is cut: whoever is connected to the others hears everything, once, in order.

const MESSAGES = 300;
const WRITERS = 6;

/** How far a device knows its conversation, by the rules of PROTOCOL 7.3. */
function latestState(frames: readonly InboxFrame[], conversationId: string): ConversationState | undefined {
  const states = frames.flatMap((frame): ConversationState[] => {
    if ((frame.type === 'chat_message' || frame.type === 'read') && frame.conversation_id === conversationId)
      return [frame.state];
    if (frame.type !== 'conversation' || frame.conversation.id !== conversationId) return [];
    const { last_seq, read_seq, peer_read_seq, unread_count } = frame.conversation;
    return [{ last_seq, read_seqs: [read_seq, peer_read_seq], unread_counts: [unread_count, 0] }];
  });
  const sum = ({ last_seq, read_seqs: [one, other] }: ConversationState) => last_seq + one + other;
  return states.reduce<ConversationState | undefined>(
    (latest, state) => (latest === undefined || sum(state) > sum(latest) ? state : latest),
    undefined,
  );
}
const seqs = (frames: readonly ServerFrame[]) =>
  frames.flatMap((frame) => (frame.type === 'chat_message' ? frame.seq : []));
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test.each(BUSES)(
  '%s: a node is killed and the bus is cut; nothing is lost, doubled or out of order',
  async (bus) => {
    const fleet = await createFleet(bus);
    try {
      const nodes = await Promise.all([fleet.start(), fleet.start(), fleet.start()]);
      const [one, two, mortal] = nodes;
      const at = async (node: { url: string }, id: string) =>
        new Person(node.url, id, await mint({ sub: id, preferred_username: id }));
      const [ada, ben, cleo] = [await at(one, 'ada'), await at(two, 'ben'), await at(two, 'cleo')];
      for (const person of [ben, cleo]) await person.get('/api/chat/users/me/');
      const { id: busy } = await ada.open(ben);
      const { id: quiet } = await ada.open(cleo);
      const rooms = [await ada.connect(busy), await ben.connect(busy)];
      const quietRoom = await ada.connect(quiet);
      const inboxes = [await inboxOf(ada), await inboxOf(ben)];

      let turn = 0;
      /** Tries until it has heard that it worked, each time somewhere else. */
      async function persist(work: (url: string) => Promise<unknown>): Promise<void> {
        for (let tries = 0; tries < 1000; tries += 1) {
          const url = nodes[turn++ % nodes.length]?.url ?? '';
          try {
            await work(url);
            return;
          } catch {
            // the node is gone, or its database was: again
          }
        }
        throw new Error('it never worked');
      }
      const send = (person: Person, id: string) => {
        const messageId = randomUUID();
        return persist((url) => new Person(url, person.id, person.token).send(id, messageId, messageId));
      };
      let sent = 0;
      /** Many at a time, up to a number. */
      const sendUpTo = async (count: number) => {
        const write = async (writer: Person) => {
          while (sent < count) {
            sent += 1;
            await send(writer, busy);
          }
        };
        await Promise.all(upTo(WRITERS).map((n) => write(n % 2 === 0 ? ada : ben)));
      };
      let whispers = 0;
      /** Something in a conversation where nothing follows that would show that it is missing. */
      const whisper = async () => {
        whispers += 1;
        await cleo.send(quiet, `${whispers}`);
      };

      await sendUpTo(50);
      const sending = sendUpTo(150);
      mortal.kill('SIGKILL');
      expect(await mortal.exit).toBe('SIGKILL');
      const restarted = fleet.start();
      await fleet.whileCut(async () => {
        await whisper();
        await ben.post(`/api/chat/conversations/${busy}/read/`, { seq: 20 });
        await sending;
      });
      nodes[2] = await restarted;
      await sendUpTo(200);
      await fleet.whileCut(async () => {
        await whisper();
        await sendUpTo(MESSAGES); // the last ones while nobody hears
      });

      const truth = await ada.conversation(busy);
      expect(truth).toMatchObject({ last_seq: MESSAGES, peer_read_seq: 20 });
      for (const room of rooms) {
        await expect
          .poll(() => room.untaken.length, { timeout: PATIENCE_MS })
          .toBeGreaterThanOrEqual(MESSAGES);
        expect(seqs(room.untaken)).toEqual(upTo(MESSAGES));
      }
      await expect.poll(() => seqs(quietRoom.untaken), { timeout: PATIENCE_MS }).toEqual(upTo(whispers));
      for (const inbox of inboxes) {
        const known = () => latestState(inbox.untaken, busy);
        await expect.poll(known, { timeout: PATIENCE_MS }).toMatchObject({ last_seq: MESSAGES });
        expect(new Set(known()?.read_seqs)).toEqual(new Set([0, 20]));
      }
      await expect
        .poll(() => latestState(inboxes[0]?.untaken ?? [], quiet), { timeout: PATIENCE_MS })
        .toMatchObject({ last_seq: whispers });
      await Promise.all([...rooms, quietRoom, ...inboxes].map((socket) => socket.close()));
    } finally {
      await fleet.stop();
    }
  },
);
