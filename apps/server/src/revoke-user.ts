import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { databaseSchema, databaseUrl, natsUrl } from './config.ts';
import { openEmbedded, openPostgres } from './db/client.ts';
import { MIN_CONNECTIONS } from './db/connections.ts';
import { withSchema } from './db/url.ts';
import { createContext } from './domain/context.ts';
import { prepareLoadCommitted } from './domain/messages/load-committed.ts';
import { endAccess } from './domain/users/end-access.ts';
import { openEvents } from './events/open.ts';
import { createLogger } from './log.ts';
import { StartupError } from './startup-error.ts';
import { createMetrics } from './telemetry/metrics.ts';

// Ends somebody's access at once, on every node of the database (PROTOCOL 1.4). The embedded database is its server's alone: stop that first.

const USAGE = 'usage: pnpm revoke-user <user id> [--for-good]';

try {
  const { userId, forGood } = argumentsOf(process.argv.slice(2));
  if (!(await revoke(userId, forGood))) throw new StartupError(`no user has the id ${userId}`);
  const ended =
    'No token of theirs that was issued until now is accepted, their sessions are over and their sockets closed.';
  console.log(ended, forGood ? 'Nor is any later one, until this is run again without --for-good.' : '');
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  console.error(`duet: ${error.message}`);
  process.exit(1);
}

function argumentsOf(args: string[]): { userId: string; forGood: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { 'for-good': { type: 'boolean', default: false } },
    });
    const [userId, ...rest] = positionals;
    if (userId !== undefined && rest.length === 0) return { userId, forGood: values['for-good'] };
  } catch (cause) {
    throw new StartupError(USAGE, { cause });
  }
  throw new StartupError(USAGE);
}

async function revoke(userId: string, forGood: boolean): Promise<boolean> {
  const { DATABASE_URL, DATABASE_SCHEMA, NATS_URL, DATA_DIR = '.data' } = process.env;
  const url = checked('DATABASE_URL', databaseUrl.optional(), DATABASE_URL);
  const schema = checked('DATABASE_SCHEMA', databaseSchema.optional(), DATABASE_SCHEMA);
  const urls = {
    databaseUrl: url && withSchema(url, schema),
    natsUrl: checked('NATS_URL', natsUrl.optional(), NATS_URL),
  };
  const log = createLogger('silent');
  const metrics = createMetrics(); // which nobody reads
  const database = await (urls.databaseUrl === undefined
    ? openExisting(DATA_DIR)
    : openPostgres(urls.databaseUrl, log, {
        connections: MIN_CONNECTIONS,
        notifications: urls.natsUrl === undefined,
      }));
  try {
    const load = prepareLoadCommitted(database.db);
    const limits = { messageLength: 0, queuedSends: 0 };
    const ctx = await createContext(
      database,
      (identity) =>
        openEvents({ ...urls, ...identity, server: database.server, load, log, meterOf: metrics.busOf }),
      limits,
      { meter: metrics.domain },
    );
    await ctx.events.follow(`user:${userId}`).active; // the bus is there, or will not be soon
    const found = await endAccess(ctx, { userId, forGood });
    await ctx.events.close(); // with what it was told
    return found;
  } finally {
    await database.close();
  }

  function openExisting(dataDir: string) {
    if (!existsSync(join(dataDir, 'postgres')))
      throw new StartupError(`DATA_DIR: ${dataDir} holds no database`);
    return openEmbedded(dataDir, log);
  }
}

function checked<S extends z.ZodType>(name: string, schema: S, value: string | undefined): z.output<S> {
  const parsed = schema.safeParse(value === '' ? undefined : value);
  if (!parsed.success) throw new StartupError(`${name}: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}
