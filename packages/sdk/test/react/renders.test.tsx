import { memo, Profiler } from 'react';
import { expect, test } from 'vitest';
import type { LiveConversation } from '../../src/index.ts';
import { useConversations } from '../../src/react/index.ts';
import { Composer, Header, Inbox, Messages } from './chat.tsx';
import { show } from './page.tsx';
import { eventually, pair, person } from './people.ts';

/** Counts how often something in a `Profiler` rendered, by its id. */
function renderCounter() {
  const counts = new Map<string, number>();
  const count = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  return { counts, count };
}

interface RowProps {
  readonly conversation: LiveConversation;
  readonly count: (name: string) => void;
}

const Row = memo(({ conversation: { peer, presence, last_message }, count }: RowProps) => (
  <Profiler id={peer.id} onRender={count}>
    <p className="row">
      {last_message?.content} {presence && 'known'}
    </p>
  </Profiler>
));

function List({ count }: Pick<RowProps, 'count'>) {
  return useConversations().items.map((item) => <Row key={item.id} conversation={item} count={count} />);
}

/** Somebody with two conversations, with people who are not there. */
async function two() {
  const { ada, ben, id } = await pair();
  const cy = await person();
  const other = await ada.duet.conversations.open({ target_user_id: cy.id });
  return { ada, ben, cy, id, otherId: other.id };
}

test('what shows a conversation does not render for another one', async () => {
  const { ada, cy, id, otherId } = await two();
  const { counts, count } = renderCounter();
  const page = show(
    <>
      <Profiler id="one" onRender={count}>
        <Header id={id} />
        <Messages id={id} />
        <Composer id={id} />
      </Profiler>
      <Inbox />
    </>,
    ada.duet,
  );
  await eventually(() => page.text('.presence')).toBe('offline');
  await eventually(() => page.text('.messages')).toBe('synced');
  const before = counts.get('one');
  await cy.duet.messages.send({ conversation_id: otherId, content: 'Hello' });
  await eventually(() => page.texts('.row')[0]).toBe(`${cy.id}: Hello (1)`);
  expect(counts.get('one')).toBe(before);
});

test('messages and what writes them do not render for typing and presence', async () => {
  const { ada, ben, id } = await pair();
  const { counts, count } = renderCounter();
  const page = show(
    <>
      <Header id={id} />
      <Profiler id="messages" onRender={count}>
        <Messages id={id} />
        <Composer id={id} />
      </Profiler>
    </>,
    ada.duet,
  );
  await ada.duet.messages.send({ conversation_id: id, content: 'Hello' });
  await eventually(() => page.texts('.message')).toEqual(['Hello']);
  await eventually(() => page.text('.presence')).toBe('offline');
  await eventually(() => page.text('.messages')).toBe('synced');
  const before = counts.get('messages');
  const theirs = show(<Composer id={id} />, ben.duet);
  await eventually(() => page.text('.presence')).toBe('online');
  await eventually(() => ben.duet.live.connection.get().status).toBe('live');
  theirs.type('input', 'Hel');
  await eventually(() => page.text('.typing')).toBe('typing');
  expect(counts.get('messages')).toBe(before);
});

test('a row of the list renders for its own conversation alone', async () => {
  const { ada, ben, cy, id } = await two();
  const { counts, count } = renderCounter();
  const page = show(<List count={count} />, ada.duet);
  await eventually(() => page.texts('.row')).toEqual([' known', ' known']);
  const [mine = 0, other] = [counts.get(ben.id), counts.get(cy.id)];
  await ben.duet.messages.send({ conversation_id: id, content: 'Hello' });
  await eventually(() => page.texts('.row')).toEqual(['Hello known', ' known']);
  expect(counts.get(ben.id)).toBeGreaterThan(mine);
  expect(counts.get(cy.id)).toBe(other);
});
