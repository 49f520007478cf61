import { expect, test } from 'vitest';
import { Roster } from './roster.ts';

test('what this node says of itself needs no confirmation, and goes with no other', () => {
  const roster = new Roster('me');
  roster.add('ada', 0);
  expect(roster.hear('ada', 'me', true, 0)).toBe(true);
  roster.doubt(0);
  roster.nodeGone('me', 0);
  expect(roster.expire(1e12)).toEqual([]);
  expect(roster.isOnline('ada')).toBe(true);
});

test('somebody is gone with the last word of them, heard when it was', () => {
  const roster = new Roster('me');
  roster.add('ada', 0);
  roster.hear('ada', 'a', true, 1000);
  roster.hear('ada', 'b', true, 2000);
  roster.nodeGone('a', 3000);
  expect(roster.expire(6000)).toEqual([]);
  roster.doubt(7000);
  expect(roster.expire(11_999)).toEqual([]);
  expect(roster.expire(12_000)).toEqual([{ userId: 'ada', heardAt: 2000 }]);
  expect(roster.expire(1e12)).toEqual([]);
});

test('of somebody who is not watched nothing is kept', () => {
  const roster = new Roster('me');
  expect(roster.hear('ada', 'a', true, 0)).toBe(false);
  roster.add('ada', 0);
  expect(roster.isOnline('ada')).toBe(false);
  roster.hear('ada', 'a', true, 0);
  roster.delete('ada');
  roster.add('ada', 0);
  expect(roster.isOnline('ada')).toBe(false);
});

test('everybody is asked about again every two minutes, few at a time, also when all came at once', () => {
  const roster = new Roster('me');
  const askedAt = new Map(Array.from({ length: 600 }, (_, i) => [`${i}`, 0]));
  for (const id of askedAt.keys()) roster.add(id, 0);
  for (let now = 0; now <= 1_200_000; now += 1000) {
    const due = roster.due(now);
    expect(due.length).toBeLessThanOrEqual(10);
    for (const id of due) {
      expect(now - (askedAt.get(id) ?? 0)).toBeGreaterThanOrEqual(120_000);
      askedAt.set(id, now);
    }
    for (const at of askedAt.values()) if (now - at > 180_000) expect.fail('somebody was forgotten');
  }
});
