import { duetEmbedded } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { sendThrough } from './sends.ts';
import { takeTurns } from './turn.ts';

/** The same sends as on PostgreSQL, on the database that Duet brings. */
export async function embedded(bench: Bench): Promise<void> {
  await takeTurns(bench, 'embedded', [duetEmbedded()], (contender) =>
    sendThrough(bench, 'embedded', contender),
  );
}
