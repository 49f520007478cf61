// Fails when the first screen of the built app needs more JavaScript than a page should: gzip level 9, as the SDK counts.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KB = 1024;
const LIMIT = 120 * KB;
const dist = new URL('../dist/', import.meta.url);
const sizeOf = (file: string) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
const inKB = (size: number) => `${(size / KB).toFixed(1)} KB`;

const page = readFileSync(new URL('index.html', dist), 'utf8');
const initial = new Set(Array.from(page.matchAll(/assets\/[\w.-]+\.js/g), ([file]) => file));
const files = readdirSync(new URL('assets/', dist)).map((name) => `assets/${name}`);
for (const file of files.filter((name) => /\.(js|css)$/.test(name))) {
  console.log(`${inKB(sizeOf(file)).padStart(9)}  ${file}${initial.has(file) ? '  (first screen)' : ''}`);
}
const total = [...initial].reduce((sum, file) => sum + sizeOf(file), 0);
console.log(`JavaScript of the first screen: ${inKB(total)} of ${LIMIT / KB} KB`);
if (total > LIMIT) process.exitCode = 1;
