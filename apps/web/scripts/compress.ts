// Puts a .br and a .gz beside each hashed file that gets smaller by it. Only those: their names change with what they hold, so
// a compressed file that an earlier build left behind is never that of another content.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const assets = new URL('../dist/assets/', import.meta.url);

for (const name of globSync('**/*.{css,js,json,svg}', { cwd: fileURLToPath(assets) })) {
  const file = fileURLToPath(new URL(name, assets));
  const content = readFileSync(file);
  const gzip = gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
  for (const [ending, packed] of [
    ['.br', brotliCompressSync(content)],
    ['.gz', gzip],
  ] as const) {
    if (packed.length < content.length) writeFileSync(file + ending, packed);
  }
}
