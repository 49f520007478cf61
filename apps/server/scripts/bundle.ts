// The server's build: all of its modules in one file, for to find and read some 1,500 takes longer than to run them.
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { fileOf } from '../src/files.ts';

/** They find files of their own beside themselves. */
const EXTERNAL = [/^@electric-sql\/pglite$/, /^@node-rs\/argon2$/, /^@scalar\/fastify-api-reference$/];

const dist = fileOf('dist');
// Beside its place, under a name of its own: of two builds at once, or one that is killed, nothing half written is there.
const draft = `main.${process.pid}.js`;
mkdirSync(dist, { recursive: true });
process.once('exit', () => rmSync(join(dist, draft), { force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const bundle = await rolldown({
  input: fileOf('src/main.ts'),
  platform: 'node',
  external: EXTERNAL,
  logLevel: 'warn',
});
await bundle.write({ dir: dist, entryFileNames: draft, format: 'esm', codeSplitting: false });
await bundle.close();
renameSync(join(dist, draft), join(dist, 'main.js'));
