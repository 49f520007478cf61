// The server's build: a database that nobody has used yet, which every first start copies (src/db/new-database.ts).
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { initdb } from '../src/db/initdb.ts';
import { readyDatabase } from '../src/db/new-database.ts';

const ready = readyDatabase();
mkdirSync(dirname(ready), { recursive: true });
// Beside its place, under a name of its own: of two builds at once, or one that is killed, nothing half made is there.
const draft = mkdtempSync(`${ready}.`);
process.once('exit', () => rmSync(draft, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

console.log('Making a ready database, which every first start copies …');
await initdb(join(draft, 'database'), (seconds) => console.log(`Making a ready database: ${seconds} s …`));
if (!existsSync(ready)) renameSync(join(draft, 'database'), ready);
