import { setTimeout as sleep } from 'node:timers/promises';
import { conversation } from '@duet/contract';
import { each } from '../../servers/each.ts';
import { mintToken } from '../../servers/tokens.ts';
import type { Transport } from '../history/event.ts';
import type { Recorder } from '../history/recorder.ts';
import type { Random } from '../random.ts';
import { startInboxDevice } from './inbox.ts';
import { startOutsider } from './outsider.ts';
import { startPlainDevice } from './plain.ts';
import { startRestDevice } from './rest.ts';
import { startSdkDevice } from './sdk.ts';
import type { Device, Me, Plan, World } from './world.ts';

/** How many there are. */
export interface Crowd {
  readonly people: number;
  readonly conversations: number;
  readonly outsiders: number;
}

export interface Person {
  readonly id: string;
  readonly token: string;
}

const DEVICES = {
  rest: startRestDevice,
  plain: startPlainDevice,
  inbox: startInboxDevice,
  sdk: startSdkDevice,
} satisfies Partial<Record<Transport, (me: Me) => Device>>;
const TRANSPORTS = ['rest', 'plain', 'inbox', 'sdk'] as const;

/** Makes people and their conversations, before anything goes wrong. Everybody has one at least. */
export async function makePeople(
  random: Random,
  { people: count, conversations, outsiders }: Crowd,
  port: number,
): Promise<{ people: Person[]; outsiders: Person[]; plans: Plan[] }> {
  const names = [
    ...Array.from({ length: count }, (_, i) => `person-${i}`),
    ...Array.from({ length: outsiders }, (_, i) => `outsider-${i}`),
  ];
  const all = await each(names, async (id) => {
    const token = await mintToken(id);
    await ask(port, token, 'GET', '/api/chat/users/me/');
    return { id, token };
  });
  const people = all.slice(0, count);
  const pairs = new Map<string, [Person, Person]>();
  while (pairs.size < conversations) {
    const one = people[pairs.size] ?? random.pick(people);
    const other = random.pick(people);
    if (one !== other) pairs.set([one.id, other.id].sort().join(' '), [one, other]);
  }
  const plans = await each([...pairs.values()], async ([one, other]) => {
    const opened = await ask(port, one.token, 'POST', '/api/chat/conversations/', {
      target_user_id: other.id,
    });
    const { id, user1, user2 } = conversation.parse(opened);
    return { id, users: [user1.id, user2.id] as const };
  });
  return { people, outsiders: all.slice(count), plans };
}

export interface CrowdOptions {
  readonly random: Random;
  readonly world: World;
  readonly recorder: Recorder;
  readonly perSecond: number;
  readonly made: Awaited<ReturnType<typeof makePeople>>;
}

/** Starts everybody's devices, one or two each and of all kinds in turn, and the outsiders. */
export function startCrowd({ random, world, recorder, perSecond, made }: CrowdOptions) {
  for (const { id, users } of made.plans) recorder.write({ type: 'conversation', conversation: id, users });
  const owned = made.people.flatMap((person) => Array.from({ length: random.between(1, 2) }, () => person));
  const shuffled = owned.map((person, i) => ({
    person,
    transport: TRANSPORTS[i % TRANSPORTS.length] ?? 'rest',
  }));
  const enrol = (
    { id, token }: Person,
    transport: Transport,
    conversations: readonly Plan[],
    i: number,
  ): Me => {
    const device = `${transport}-${i}`;
    recorder.write({ type: 'device', device, user: id, transport });
    const rate = perSecond / owned.length;
    return {
      world,
      device,
      user: id,
      token,
      transport,
      conversations,
      random: random.fork(),
      perSecond: rate,
    };
  };
  const devices = shuffled.map(({ person, transport }, i) => {
    const mine = made.plans.filter(({ users }) => users.includes(person.id));
    return DEVICES[transport](enrol(person, transport, mine, i));
  });
  const outsiders = made.outsiders.map((person, i) =>
    startOutsider(enrol(person, 'outsider', made.plans, owned.length + i)),
  );
  return { devices, outsiders };
}

const PATIENCE = 20;

/** One call that has to succeed, while nothing goes wrong yet; a server may still be warming up. */
async function ask(
  port: number,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response.json();
    if (tries === PATIENCE) throw new Error(`${method} ${path} answered ${response.status}`);
    await sleep(100);
  }
}
