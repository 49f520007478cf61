import { setTimeout as sleep } from 'node:timers/promises';
import { agree } from './check/views.ts';
import type { Person, startCrowd } from './clients/people.ts';
import type { Plan } from './clients/world.ts';
import type { Deployment } from './deployment/deployment.ts';
import { readStates } from './history/final.ts';

export interface SettleOptions {
  readonly deployment: Deployment;
  readonly crowd: ReturnType<typeof startCrowd>;
  readonly people: readonly Person[];
  readonly plans: readonly Plan[];
  readonly withinMs: number;
}

const LOOK_MS = 300;

/**
 * Everything that was made to go wrong is made good; then waits until every message is acknowledged and every device holds all there is, and has
 * the devices write down what they hold. @returns whether it became quiet in time
 */
export async function settle({
  deployment,
  crowd,
  people,
  plans,
  withinMs,
}: SettleOptions): Promise<boolean> {
  const { servers, postgres, nats, clients, balancer, database, bus } = deployment;
  for (const proxy of [...clients, balancer, ...database, ...bus]) proxy.heal();
  await Promise.all([postgres, nats, ...servers].map((process) => process?.up()));
  await Promise.all(crowd.outsiders.map((outsider) => outsider.finish()));
  const end = performance.now() + withinMs;
  const isQuiet = async () => {
    for (const { nudge } of crowd.devices) nudge();
    if (crowd.devices.some(({ pending }) => pending() > 0)) return false;
    const states = await readStates(deployment.ports[0] ?? 0, people, plans);
    return crowd.devices.every(({ me, tailOf, stateOf }) =>
      me.conversations.every(({ id }) => {
        const [truth, held] = [states.get(id), stateOf(id)];
        return truth && tailOf(id) === truth.last && (!held || agree(held, truth));
      }),
    );
  };
  let quiet = false;
  while (!quiet && performance.now() < end) {
    await sleep(LOOK_MS);
    quiet = await isQuiet();
  }
  for (const device of crowd.devices) await device.finish();
  return quiet;
}
