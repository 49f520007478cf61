import { afterAll, expect, test } from 'vitest';
import { undoAll } from '../../src/cleanup.ts';
import { type Plan, run } from '../../src/faults/run.ts';

afterAll(undoAll);

test('a server and its database are killed under load, answers are lost and connections break; no promise is', async () => {
  const plan: Plan = {
    ...{
      seed: 17,
      minutes: 0.15,
      deployment: 'postgres',
      bus: 'postgres',
      rate: 60,
      every: 2,
      bug: undefined,
    },
    crowd: { people: 12, conversations: 15, outsiders: 2 },
  };
  const { violations, figures, faults } = await run(plan, () => {});
  expect(violations).toEqual([]);
  expect(figures.acknowledged).toBe(figures.sent);
  expect(figures.sent).toBeGreaterThan(20); // some hundred, where nothing is slow
  expect(faults).toMatchObject({ 'kill server': 1, 'kill postgres': 1 });
});
