import { setTimeout as sleep } from 'node:timers/promises';
import { readDocument } from './document.ts';
import { collectFindings, type Findings } from './finding.ts';
import { fuzzFrames, sessionAt, startOfFrames, TALKERS } from './frames.ts';
import { connectionsTo, openFiles } from './look/files.ts';
import { usedHeap } from './look/heap.ts';
import { checkInvariants } from './look/invariants.ts';
import { watchLog } from './look/log.ts';
import { type Fuzz, fuzzRequests } from './requests.ts';
import type { Process, Target } from './server.ts';
import { openLine } from './wire/line.ts';
import { makeWorld, type World } from './world.ts';

/** How much, and from which seed. */
export interface Plan {
  readonly seed: number;
  readonly requests: number;
  readonly frames: number;
  readonly boundMs: number;
  /** The one case that is run, as `request:12` or `session:3`. */
  readonly only?: string | undefined;
}

/** What a run did, and what it found. */
export interface Report {
  readonly findings: Findings['all'];
  readonly requests: number;
  readonly frames: number;
  /** In the conversations of the fuzzers, at the end. */
  readonly messages: number;
  readonly seconds: number;
  /** In bytes, after a collection: at the half and at the end; none when the server cannot be looked into. */
  readonly heaps: readonly number[];
}

/**
 * What the heap may grow by from the half of a run to its end: what is kept for a while, such as tokens that were just seen, and noise.
 * Whatever is lost with every request or frame is more.
 */
const HEAP_SLACK = 3 * 1024 * 1024;
/** The same for each request and frame of that half. */
const HEAP_PER_CASE = 20;
/** Connections to PostgreSQL are opened as they are needed. */
const FILES_SLACK = 16;
/** A socket that does not answer its close is cut after 10 s. */
const QUIET_MS = 60_000;
const SAY_EVERY_MS = 100;

/** Fuzzes a server: half of it, a look at it, the other half, and a closer look. */
export async function runFuzz(
  target: Target,
  plan: Plan,
  say: (line: string) => void = () => {},
): Promise<Report> {
  const { seed, requests, frames, boundMs } = plan;
  const started = Date.now();
  const world = await makeWorld(target, TALKERS);
  const findings = collectFindings();
  if (target.process) watchLog(target.process, world, findings);
  const document = readDocument(JSON.stringify(await world.call(world.callers[0].a, 'GET', '/openapi.json')));
  const fuzz: Fuzz = { document, world, seed, findings, boundMs };
  const progress = startOfFrames();
  const heaps: number[] = [];
  const filesBefore = target.process && openFiles(target.process.pid);

  if (plan.only !== undefined) {
    progress.sent = await runOne(fuzz, plan.only);
  } else {
    for (const part of [0, 1]) {
      const [from, to] = [part, part + 1].map((half) => Math.floor((requests * half) / 2));
      await whileTalking(world, () =>
        Promise.all([
          fuzzRequests(fuzz, from ?? 0, to ?? 0),
          fuzzFrames(fuzz, progress, (frames * (part + 1)) / 2),
        ]),
      );
      await untilQuiet(target.port, findings);
      if (target.process?.isAlive()) heaps.push(await usedHeap(target.process.inspector));
      say(`${to} requests, ${progress.sent} frames, ${findings.all.length} findings`);
    }
    checkHeap(heaps, (requests + frames) / 2, findings);
  }
  const messages = await checkAfterwards(fuzz, target.process, filesBefore);
  world.close();
  const seconds = (Date.now() - started) / 1000;
  const sent = plan.only === undefined ? requests : Number(progress.sent === 0);
  return { findings: findings.all, requests: sent, frames: progress.sent, messages, seconds, heaps };
}

/** @returns how many frames were sent; without any it was one request */
async function runOne(fuzz: Fuzz, only: string): Promise<number> {
  const [what, number] = only.split(':');
  const index = Number(number);
  if (what === 'session') return sessionAt(fuzz, index);
  await fuzzRequests(fuzz, index, index + 1);
  return 0;
}

/** The victims go on talking meanwhile: what they say must be heard by nobody else. */
async function whileTalking(world: World, work: () => Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const talk = async () => {
    while (!over.signal.aborted) {
      await world.say();
      await sleep(SAY_EVERY_MS);
    }
  };
  const talking = talk();
  await work().finally(() => over.abort());
  await talking;
}

/** The world's own connection is all that is left. */
async function untilQuiet(port: number, findings: Findings): Promise<void> {
  const end = performance.now() + QUIET_MS;
  while (connectionsTo(port) > 1) {
    if (performance.now() > end) {
      const came = `${connectionsTo(port)}`;
      findings.add({
        oracle: 'connections that are left',
        where: 'after the run',
        case: undefined,
        sent: 'everything',
        expected: '1',
        came,
      });
      return;
    }
    await sleep(100);
  }
}

function checkHeap([half = 0, end = 0]: readonly number[], cases: number, findings: Findings): void {
  const most = half + HEAP_SLACK + HEAP_PER_CASE * cases;
  if (end <= most) return;
  findings.add({
    oracle: 'memory that grows',
    where: 'the heap',
    case: undefined,
    sent: 'everything',
    expected: `at most ${most} bytes`,
    came: `${half}, then ${end}`,
  });
}

/** The server still lives, and serves. @returns how many messages the fuzzers have written */
async function checkAfterwards(
  { world, findings, boundMs }: Fuzz,
  process: Process | undefined,
  filesBefore = 0,
): Promise<number> {
  const complain = (oracle: string, expected: string, came: string) =>
    findings.add({ oracle, where: 'after the run', case: undefined, sent: 'everything', expected, came });
  if (process && !process.isAlive()) {
    complain('a server that is gone', 'it lives', 'it ended');
    return 0;
  }
  const files = process ? openFiles(process.pid) : 0;
  if (files > filesBefore + FILES_SLACK)
    complain('files that are left open', `about ${filesBefore}`, `${files}`);
  const line = await openLine(world.port, boundMs);
  const { status } = await line.ask(Buffer.from('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n'), true);
  line.close();
  if (status !== 200) complain('a server that is not ready', '200', `${status}`);
  return checkInvariants(world, findings);
}
