// Fails when the schema in TypeScript and the committed SQL migrations have drifted apart.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const server = 'apps/server';
const committed = `${server}/src/db/migrations`;
const copy = mkdtempSync(join(server, '.migrations-'));
try {
  cpSync(committed, copy, { recursive: true });
  const args = ['generate', '--dialect=postgresql', '--schema=./src/db/schema.ts', '--casing=snake_case'];
  execFileSync('./node_modules/.bin/drizzle-kit', [...args, `--out=./${copy.slice(server.length + 1)}`], {
    cwd: server,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60_000,
  });
  const added = readdirSync(copy).filter((name) => !readdirSync(committed).includes(name));
  if (added.length > 0) {
    console.error(
      'The schema has changed without a migration: pnpm --filter @duet/server migration --name <what it does>',
    );
    process.exitCode = 1;
  } else {
    console.log('the migrations make the schema');
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
