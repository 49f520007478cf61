import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check, ruleNames } from '../../src/faults/check/check.ts';
import type { FinalView } from '../../src/faults/history/event.ts';
import { add, CONVERSATION, edit, editViews, type Fabricated, rightHistories } from './fabricated.ts';

// The checker, held against histories that are right, and against the same with one thing wrong.

const of = { conversation: CONVERSATION };
const rulesBrokenBy = ({ history, views }: Fabricated) => check(history, views).map(({ rule }) => rule);

test('a right history passes, whatever happened in it', () => {
  fc.assert(
    fc.property(rightHistories, (right) => {
      expect(check(right.history, right.views)).toEqual([]);
    }),
  );
});

/** Without its last message, which then had to be unread and unheard of. */
const shorter = (view: FinalView): FinalView => ({ ...view, messages: view.messages.slice(0, -1) });
const first = <T>(items: readonly T[]) => items.slice(0, 1);
const ada = { device: 'ada-plain', ...of };
const eve = { device: 'eve', ...of };
const seen = (right: Fabricated) => {
  const [message] = right.views[0]?.messages ?? [];
  if (!message) throw new Error('there is a message to begin with');
  const { timestamp: _, read: __, ...rest } = message;
  return rest;
};
const next = (right: Fabricated) => (right.views[0]?.messages.length ?? 0) + 1;

/** What is done to a right history, and the rule that it breaks. */
const wrongs: Record<string, (right: Fabricated) => Fabricated> = {
  lost: (right) => editViews(right, shorter),
  changed: (right) =>
    edit(right, (event) => (event.type === 'frame' ? { ...event, hash: 'something else' } : event)),
  doubled: (right) =>
    editViews(right, (view) => ({
      ...view,
      messages: [...view.messages, ...first(view.messages).map((one) => ({ ...one, seq: next(right) }))],
    })),
  unasked: (right) =>
    edit(right, (event) => (event.type === 'send' ? { ...event, hash: 'something else' } : event)),
  holes: (right) =>
    editViews(right, (view) => ({
      ...view,
      messages: view.messages.map((one) => ({ ...one, seq: one.seq + 1 })),
    })),
  'views differ': (right) =>
    editViews(
      right,
      (view) => ({ ...view, messages: view.messages.map((one) => ({ ...one, hash: 'something else' })) }),
      ({ node }) => node === 'server 2',
    ),
  timestamps: (right) => {
    // Two messages, of which the later one is from before.
    const more = { seq: next(right), message: 'more', sender: 'ada', hash: 'more', read: false };
    return editViews(right, (view) => ({
      ...view,
      messages: [...view.messages, { ...more, timestamp: '1999-01-01T00:00:00.000Z' }],
    }));
  },
  'real time': (right) => {
    const { message, hash } = seen(right);
    // The first message is only sent when everything else, and one more, is acknowledged.
    const late = edit(right, (event) =>
      event.type === 'send' && event.message === message ? { ...event, at: 20_000 } : event,
    );
    const sent = late.history.find((line) => line.type === 'send' && line.message === message);
    const others = late.history.filter((line) => line !== sent);
    const more = { seq: next(right), message: 'more', sender: 'ada', hash: 'more', read: false };
    return {
      history: [
        ...others,
        { at: 9000, ...ada, type: 'send', message: 'more', hash: 'more', attempt: 1 },
        { at: 9001, ...ada, type: 'ack', message: 'more', seq: more.seq },
        { at: 9002, ...ada, type: 'send', message, hash, attempt: 1 },
      ],
      views: editViews(right, (view) => ({
        ...view,
        messages: [...view.messages, { ...more, timestamp: '2030-01-01T00:00:00.000Z' }],
      })).views,
    };
  },
  'own order': (right) => {
    const [one, two] = [next(right), next(right) + 1];
    const made = (seq: number) => ({
      ...{ seq, message: `m${seq}`, sender: 'ada', hash: 'h', read: false },
      timestamp: '2030-01-01T00:00:00.000Z',
    });
    const more = editViews(right, (view) => ({
      ...view,
      messages: [...view.messages, made(one), made(two)],
    }));
    const send = { ...ada, type: 'send', hash: 'h', attempt: 1, connection: 9 } as const;
    return add(more, { ...send, message: `m${two}` }, { ...send, message: `m${one}` });
  },
  'socket order': (right) => {
    const frame = { ...ada, type: 'frame', connection: 9, ...seen(right) } as const;
    return add(right, frame, frame);
  },
  stale: (right) => add(right, { ...ada, type: 'page', began: 9999, after: 0, end: true, messages: [] }),
  unread: (right) =>
    add(right, {
      ...ada,
      type: 'state',
      state: { last: 1, reads: [1, 1], unread: [7, 0] },
    }),
  chain: (right) =>
    add(
      right,
      { ...ada, type: 'state', state: { last: 1, reads: [1, 0], unread: [0, 1] } },
      { ...ada, type: 'state', state: { last: 1, reads: [0, 1], unread: [0, 0] } },
    ),
  'marker back': (right) => {
    const state = { ...ada, type: 'state', connection: 9 } as const;
    return add(
      right,
      { ...state, state: { last: 1, reads: [1, 1], unread: [0, 0] } },
      { ...state, state: { last: 1, reads: [1, 0], unread: [0, 1] } },
    );
  },
  'marker at rest': (right) => add(right, { ...ada, type: 'marked', seq: 500 }),
  'read flags': (right) =>
    editViews(right, (view) => ({
      ...view,
      messages: view.messages.map((one) => ({ ...one, read: !one.read })),
    })),
  'at rest': (right) =>
    edit(right, (event) =>
      event.type === 'holds' ? { ...event, messages: event.messages.slice(1) } : event,
    ),
  outsider: (right) => add(right, { ...eve, type: 'page', began: 1, after: 0, end: false, messages: [] }),
  refused: (right) => add(right, { ...ada, type: 'refused', what: 'send', answer: '409 conflict' }),
  unacknowledged: (right) => add(right, { ...ada, type: 'send', message: 'new', hash: 'h', attempt: 1 }),
};

test('there is a wrong history for every rule', () => {
  expect(Object.keys(wrongs).sort()).toEqual([...ruleNames].sort());
});

test.each(Object.entries(wrongs))('%s is found, whatever else happened', (rule, makeWrong) => {
  fc.assert(
    fc.property(rightHistories, (right) => {
      expect(rulesBrokenBy(makeWrong(right))).toContain(rule);
    }),
    { numRuns: 30 },
  );
});

test('an outsider who is let in is found', () => {
  fc.assert(
    fc.property(rightHistories, (right) => {
      const wrong = add(right, { ...eve, type: 'admitted', what: 'look, REST', answer: '200' });
      expect(rulesBrokenBy(wrong)).toEqual(['outsider']);
    }),
    { numRuns: 10 },
  );
});

test('a page that leaves out what was acknowledged before it was asked for is found, one that was asked for before is right', () => {
  fc.assert(
    fc.property(rightHistories, (right) => {
      const page = { ...ada, type: 'page', after: 0, end: true, messages: [] } as const;
      expect(rulesBrokenBy(add(right, { ...page, began: 0 }))).toEqual([]);
      expect(rulesBrokenBy(add(right, { ...page, began: 9999 }))).toEqual(['stale']);
    }),
    { numRuns: 10 },
  );
});

test('what a violation shows are the events, with the time of the last', () => {
  const [right] = fc.sample(rightHistories, { numRuns: 1, seed: 1 });
  if (!right) throw new Error('no history');
  const [violation] = check(add(right, { ...ada, type: 'marked', seq: 500 }).history, right.views);
  expect(violation).toMatchObject({ rule: 'marker at rest', count: 1, firstAt: 10_000 });
  expect(violation?.shown[0]?.events).toMatchObject([{ type: 'marked', seq: 500, device: 'ada-plain' }]);
});
