import { PATIENCE_MS } from '@duet/testing/wait';
import { expect, test } from 'vitest';
import { BUSES } from '../harness/buses.ts';
import { createFleet } from '../harness/fleet.ts';
import { request } from '../harness/http.ts';
import { type Inbox, inboxOf } from '../harness/inbox.ts';
import { mint, Person } from '../harness/server.ts';

test.concurrent.each(BUSES)(
  '%s: people on different nodes hear each other live, and nobody else does',
  async (bus) => {
    const fleet = await createFleet(bus);
    try {
      const [one, two] = await Promise.all([fleet.start(), fleet.start()]);
      const at = async ({ url }: { url: string }, id: string) => {
        const person = new Person(url, id, await mint({ sub: id, preferred_username: id }));
        await person.get('/api/chat/users/me/');
        return person;
      };
      const [ada, ben, eve] = [await at(one, 'ada'), await at(two, 'ben'), await at(two, 'eve')];
      const [adas, bens, eves] = [await inboxOf(ada), await inboxOf(ben), await inboxOf(eve)];

      const { id } = await ada.open(ben);
      expect(await adas.next()).toMatchObject({ type: 'conversation', conversation: { id } });
      expect(await bens.next()).toMatchObject({
        type: 'conversation',
        conversation: { id, unread_count: 0 },
      });
      const [adasRoom, bensRoom] = [await ada.connect(id), await ben.connect(id)];

      adasRoom.send({ message: 'from one to two' });
      const first = { type: 'chat_message', message: 'from one to two', sender_username: 'ada', seq: 1 };
      for (const room of [adasRoom, bensRoom]) expect(await room.next()).toMatchObject(first);
      const state = { last_seq: 1, read_seqs: [0, 0], unread_counts: [0, 1] };
      for (const inbox of [adas, bens]) expect(await inbox.next()).toMatchObject({ ...first, state });

      const message_id = crypto.randomUUID();
      bens.send({ type: 'chat_message', conversation_id: id, message: 'and back', message_id });
      for (const room of [adasRoom, bensRoom])
        expect(await room.next()).toMatchObject({ message_id, seq: 2 });
      for (const inbox of [adas, bens]) expect(await inbox.next()).toMatchObject({ message_id, seq: 2 });

      bens.send({ type: 'read', conversation_id: id, seq: 2 });
      const read = { type: 'read', user_id: 'ben', seq: 2, state: { last_seq: 2, unread_counts: [1, 0] } };
      for (const inbox of [adas, bens]) expect(await inbox.next()).toMatchObject(read);

      adas.send({ type: 'typing', conversation_id: id, typing: true });
      expect(await bens.next()).toMatchObject({ type: 'typing', user_id: 'ada', typing: true });
      adas.send({ type: 'typing', conversation_id: id, typing: false });
      expect(await bens.next()).toMatchObject({ type: 'typing', user_id: 'ada', typing: false });

      // What people are called is known on every node that has shown them.
      const service = await mint({ sub: 'back-end', duet_role: 'service' });
      const renamed = { username: 'ada-renamed', display_name: 'Ada Renamed' };
      await ben.conversation(id);
      await request(one.url, 'PUT', '/api/chat/users/ada/', { token: service, json: renamed });
      const asBenSeesHer = async () => (await ben.conversation(id)).user1;
      await expect.poll(asBenSeesHer, { timeout: PATIENCE_MS }).toEqual({ id: 'ada', ...renamed });

      // While nobody hears the others: Ada is shown what she missed, and nothing that she heard before.
      const { id: other } = await eve.open(ada);
      for (const inbox of [adas, eves]) expect(await inbox.next()).toMatchObject({ type: 'conversation' });
      await fleet.whileCut(async () => {
        await eve.send(other, 'unheard');
      });
      const shown = await adas.next();
      const seq =
        shown.type === 'conversation'
          ? shown.conversation.last_seq
          : shown.type === 'chat_message' && shown.seq;
      expect(seq).toBe(1);
      expect(await eves.next()).toMatchObject({ type: 'chat_message', message: 'unheard' });

      await expectSilence(adas, { type: 'chat_message', conversation_id: other, seq: 1 });
      // Her node may look for what was missed between the commit of her message and its event.
      await expectSilence(eves, { type: 'conversation', conversation: { id: other, last_seq: 1 } });
      await expectSilence(bens);
      await Promise.all([adasRoom, bensRoom, adas, bens, eves].map((socket) => socket.close()));
    } finally {
      await fleet.stop();
    }
  },
);

/** Nothing came that was not taken, but what may come twice (PROTOCOL 7.6); whatever was on its way would have come before the answer. */
async function expectSilence(inbox: Inbox, twice?: object): Promise<void> {
  inbox.send({ type: 'ping' });
  for (;;) {
    const frame = await inbox.next();
    if (frame.type === 'pong') return;
    expect(frame).toMatchObject(twice ?? { type: 'pong' });
  }
}

test.concurrent.each(BUSES)(
  '%s: a node that joins one that was alone hears everything from its first socket on',
  async (bus) => {
    const fleet = await createFleet(bus);
    try {
      const one = await fleet.start();
      const tokens = await Promise.all(['ada', 'ben'].map((sub) => mint({ sub, preferred_username: sub })));
      const [ada, ben] = tokens.map((token, i) => new Person(one.url, ['ada', 'ben'][i] ?? '', token));
      if (!ada || !ben) throw new Error('two people');
      await ben.get('/api/chat/users/me/');
      const { id } = await ada.open(ben);
      await expect.poll(() => one.output, { timeout: PATIENCE_MS }).toContain('no other node is heard');

      let last = 0;
      let joined = false;
      const sending = (async () => {
        while (!joined) ({ seq: last } = await ada.send(id, 'while another joins'));
      })();
      const two = await fleet.start();
      const room = await new Person(two.url, ben.id, ben.token).connect(id);
      const inbox = await inboxOf(new Person(two.url, ben.id, ben.token));
      const heard = await room.next();
      const first = heard.type === 'chat_message' ? heard.seq : Number.NaN;
      expect(first).toBeGreaterThan(0);
      joined = true;
      await sending;
      for (let seq = first + 1; seq <= last; seq += 1) expect(await room.next()).toMatchObject({ seq });
      let known = 0;
      while (known < last) {
        const frame = await inbox.next();
        if (frame.type === 'chat_message') known = frame.seq;
        if (frame.type === 'conversation') known = frame.conversation.last_seq;
      }
      await Promise.all([room, inbox].map((socket) => socket.close()));
    } finally {
      await fleet.stop();
    }
  },
);
