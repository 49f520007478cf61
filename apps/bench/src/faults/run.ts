import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clearWhenDead } from '@duet/testing/leftovers';
import { removeFolder } from '@duet/testing/scratch';
import { isEnding, onEnd } from '../cleanup.ts';
import { type BugName, bugs } from './bugs.ts';
import { check } from './check/check.ts';
import { type Crowd, makePeople, startCrowd } from './clients/people.ts';
import type { World } from './clients/world.ts';
import { type Deployment, startDeployment } from './deployment/deployment.ts';
import type { Bus, DeploymentName } from './deployment/names.ts';
import { readEverything } from './history/final.ts';
import { createRecorder, type Recorder, readHistory } from './history/recorder.ts';
import { createRandom, type Random } from './random.ts';
import { type RunResult, resultOf } from './report/result.ts';
import { type Fault, schedule } from './schedule/faults.ts';
import { strike } from './schedule/strike.ts';
import { settle } from './settle.ts';

/** Everything that decides a run, but for what the machine's timing adds. */
export interface Plan {
  readonly seed: number;
  readonly minutes: number;
  readonly deployment: DeploymentName;
  readonly bus: Bus;
  readonly rate: number;
  readonly every: number;
  readonly bug: BugName | undefined;
  readonly crowd: Crowd;
}

/** How long everything may take to become quiet once nothing goes wrong any more. */
const QUIET_MS = 180_000;

/** One run: deployment, crowd, faults; then quiet, everything read once more, and checked. */
export async function run(plan: Plan, say: (line: string) => void): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'duet-faults-'));
  chmodSync(folder, 0o755); // PostgreSQL may run as somebody else
  let keep = false;
  const isDone = clearWhenDead({ kind: 'folder', path: folder });
  const remove = onEnd(() => {
    if (!keep) removeFolder(folder);
    isDone();
  });
  const random = createRandom(plan.seed);
  const file = join(folder, 'history.jsonl');
  const chances = {
    faults: random.fork(),
    people: random.fork(),
    links: random.fork(),
    strikes: random.fork(),
  };
  const faults = schedule(chances.faults, plan);
  say(`starting ${plan.deployment} in ${folder}`);
  const deployment = await startDeployment({
    name: plan.deployment,
    bus: plan.bus,
    bugs: plan.bug === undefined ? [] : bugs[plan.bug],
    folder,
    random: chances.links,
  });
  try {
    const made = await makePeople(chances.people, plan.crowd, deployment.ports[0] ?? 0);
    const recorder = createRecorder(file);
    const world: World = {
      recorder,
      ports: deployment.clients.map(({ port }) => port),
      balancerPort: deployment.balancer.port,
      counts: { reconnections: 0 },
      isSending: true,
    };
    const crowd = startCrowd({ random: chances.people, world, recorder, perSecond: plan.rate, made });
    const endMs = plan.minutes * 60_000;
    const lost = await strikeAll({ deployment, recorder, faults, random: chances.strikes, endMs, say });
    world.isSending = false;
    say('nothing goes wrong any more: waiting until everything is quiet');
    const settled = await settle({
      deployment,
      crowd,
      people: made.people,
      plans: made.plans,
      withinMs: QUIET_MS,
    });
    await recorder.close();
    say(`${settled ? 'quiet' : 'not quiet in time'}: reading everything on every node`);
    const views = await readEverything(deployment.ports, made.people, made.plans);
    const history = await readHistory(file);
    const violations = check(history, views);
    keep = violations.length > 0 && plan.bug === undefined;
    if (keep) say(`the history and the logs are kept in ${folder}`);
    return resultOf({
      plan,
      history,
      violations,
      endMs,
      reconnections: world.counts.reconnections,
      answersLost: lost,
      versions: deployment.versions,
    });
  } catch (error) {
    keep = !isEnding();
    if (keep) say(`what there is of the history and the logs is kept in ${folder}`);
    throw error;
  } finally {
    await deployment.stop();
    await remove();
  }
}

interface Striking {
  readonly deployment: Deployment;
  readonly recorder: Recorder;
  readonly faults: readonly Fault[];
  readonly random: Random;
  readonly endMs: number;
  readonly say: (line: string) => void;
}

/** Lets everything go wrong when it is due. @returns how many answers were lost after what they answered was done */
async function strikeAll({ deployment, recorder, faults, random, endMs, say }: Striking): Promise<number> {
  let lost = 0;
  const began = performance.now();
  const until = (ms: number) => sleep(Math.max(0, ms - (performance.now() - began)));
  const over: Promise<void>[] = [];
  for (const fault of faults) {
    await until(fault.atMs);
    const struck = strike(deployment, fault, random, () => (lost += 1));
    if (!struck) continue;
    recorder.write({ type: 'fault', kind: fault.kind, place: struck.place });
    say(`${Math.round(fault.atMs / 1000)} s: ${fault.kind}, ${struck.place}`);
    if (struck.over) over.push(struck.over);
  }
  await until(endMs);
  await Promise.all(over);
  return lost;
}
