// Fails when a document names a path, a script or a variable that is not there.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('{apps,packages}/*/*.md'),
  ...globSync('docs/**/*.md'),
];
const scripts = new Set(
  ['package.json', ...globSync('{apps,packages}/*/package.json')].flatMap((file) =>
    Object.keys(JSON.parse(readFileSync(file, 'utf8')).scripts ?? {}),
  ),
);
const config = readFileSync('apps/server/src/config.ts', 'utf8');
const variables = new Set([...config.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name));
/** pnpm's own commands. */
const BUILT_IN = new Set(['install', 'exec', 'add', 'run', 'pack']);
/** Variables that are not the server's. */
const OTHERS = new Set([
  'CI',
  'SHOW_PLANS',
  'TEST_DATABASE',
  // The OTLP exporter reads these by itself.
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_TIMEOUT',
  'OTEL_EXPORTER_OTLP_COMPRESSION',
  'OTEL_RESOURCE_ATTRIBUTES',
]);

const faults: string[] = [];
for (const document of documents) {
  const text = readFileSync(document, 'utf8');
  const fault = (what: string) => faults.push(`${document}: ${what}`);

  // `apps/…`, `packages/…`, `.ci/…` in backquotes or plain, wherever they stand; `<name>` stands for any.
  for (const [path] of text.matchAll(/(?<![\w/.@-])(?:apps|packages|\.ci)\/[\w./<>-]*[\w/>]/g)) {
    if (!path.includes('<') && !existsSync(path)) fault(`no such path: ${path}`);
  }
  // Links to files, from where the document is.
  for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
    if (!/^[a-z]+:/.test(target) && !existsSync(normalize(join(dirname(document), target))))
      fault(`dead link: ${target}`);
  }
  // Files of the server's source, named as in a walk through it: `rest/routes.ts`.
  for (const [, path = ''] of text.matchAll(
    /`((?:src|db|domain|events|auth|rest|socket|telemetry|test)\/[\w./-]+\.\w+)`/g,
  )) {
    const places = [`apps/server/${path}`, `apps/server/src/${path}`, `packages/contract/${path}`];
    if (!places.some((place) => existsSync(place))) fault(`no such file: ${path}`);
  }
  for (const [, script = ''] of text.matchAll(/\bpnpm(?:@12)?(?: --filter \S+)? ([a-z][\w:-]*)/g)) {
    if (!scripts.has(script) && !BUILT_IN.has(script)) fault(`no such script: pnpm ${script}`);
  }
  // Where npm may not ask (`yes=false`, a pipeline), npx stops without it.
  if (/\bnpx (?!--yes)\S*@/.test(text)) fault('npx without --yes');
  for (const [, name = ''] of text.matchAll(/`([A-Z]{2,}(?:_[A-Z]+)+|PORT|HOST)(?:=[^`]*)?`/g)) {
    if (!variables.has(name) && !OTHERS.has(name)) fault(`no such variable: ${name}`);
  }
}
const readme = readFileSync('README.md', 'utf8');
for (const name of variables)
  if (!readme.includes(`\`${name}\``)) faults.push(`README.md: does not tell of ${name}`);

for (const line of faults) console.error(line);
if (faults.length > 0) process.exit(1);
console.log(`${documents.length} documents name nothing that is not there`);
