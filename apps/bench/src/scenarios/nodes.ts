import { duetNodes } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { sendThrough } from './sends.ts';
import { takeTurns } from './turn.ts';

const NODES = [1, 2, 3];

/** Several nodes on one database, the two sides of every conversation on different ones; joined by NATS too, if `NATS_URL` names one. */
export async function nodes(bench: Bench): Promise<void> {
  const { database } = bench.options;
  const natsUrl = process.env['NATS_URL'] || undefined;
  const contenders = [
    ...NODES.map((count) => duetNodes(database, count, undefined)),
    ...(natsUrl ? NODES.slice(1).map((count) => duetNodes(database, count, natsUrl)) : []),
  ];
  await takeTurns(bench, 'nodes', contenders, (contender) => sendThrough(bench, 'nodes', contender));
}
