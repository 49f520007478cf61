// Writes what the SDK has of the contract: its types, its operations, its documents. `pnpm generate` runs it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { allOperations, asyncApiDocument, errors } from '@duet/contract';
import { printBinding, printInterface, printTable } from './print-operations.ts';
import { comment, printTypes } from './print-types.ts';
import { inputName, namedSchemas, outputs } from './schemas.ts';

const HEADER = '// Generated from @duet/contract by `pnpm generate`. Do not edit.\n\n';
const folder = new URL('../', import.meta.url);

function write(path: string, text: string): void {
  writeFileSync(new URL(path, folder), text);
}

mkdirSync(new URL('src/generated', folder), { recursive: true });
const schemas = namedSchemas();
write('asyncapi.json', JSON.stringify(asyncApiDocument()));
write('src/generated/types.ts', HEADER + printTypes(schemas));
write('src/generated/errors.ts', HEADER + printErrors());
write(
  'src/generated/operations.ts',
  `${HEADER}${imports()}\n\n${[printTable(), printInterface(schemas, outputs()), printBinding()].join('\n\n')}`,
);

function imports(): string {
  const types = [...allOperations.map(({ operation }) => inputName(operation)), ...namedOutputs()];
  return `import type { Call, CallOptions } from '../call.ts';\nimport type { ${[...new Set(types)].sort().join(', ')} } from './types.ts';`;
}

/** The types that answers are made of. */
function namedOutputs(): string[] {
  return [...JSON.stringify(outputs()).matchAll(/"#\/\$defs\/(\w+)"/g)].map(([, name = '']) => name);
}

function printErrors(): string {
  const rows = Object.entries(errors).map(([code, { recovery }]) => `${code}: '${recovery}'`);
  return `${comment(['The way out of each error (PROTOCOL 5).'])}export const recoveries = {\n${rows.join(',\n')}\n} as const;`;
}
