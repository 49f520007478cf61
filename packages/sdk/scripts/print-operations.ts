import { allOperations, type NamedOperation, type Operation } from '@duet/contract';
import { comment, typeOf } from './print-types.ts';
import { inputName, type Schemas } from './schemas.ts';

const groups = Map.groupBy(allOperations, ({ name }) => name.split('.')[0] ?? '');
const verbOf = ({ name }: NamedOperation) => name.split('.')[1];

/** Something for each operation, in an object for each group. */
function grouped(print: (entry: NamedOperation) => string, separator: string): string {
  return [...groups]
    .map(([group, members]) => `${group}: {\n${members.map(print).join(separator)}\n}`)
    .join(separator);
}

/** The table that the client reads at run time. */
export function printTable(): string {
  const row = (entry: NamedOperation) => {
    const { method, path, auth, idempotent } = entry.operation;
    return `${verbOf(entry)}: ${JSON.stringify({ method, path, auth: auth !== 'none', idempotent })}`;
  };
  return `${comment(['What a request of each operation is made of.'])}export const operations = {\n${grouped(row, ',\n')}\n} as const;`;
}

/** The documented methods. */
export function printInterface(schemas: Schemas, outputs: Schemas): string {
  const method = (entry: NamedOperation) => {
    const { operation } = entry;
    const name = inputName(operation);
    const optional = (schemas[name]?.required ?? []).length === 0 ? '?' : '';
    const output = outputs[operation.id];
    const answer = output ? typeOf(output) : 'void';
    return `${comment(docs(operation))}${verbOf(entry)}(input${optional}: ${name}, options?: CallOptions): Promise<${answer}>;`;
  };
  return `${comment(['Every operation of the contract.'])}export interface Operations {\n${grouped(method, '\n')}\n}`;
}

/** Makes the methods of the one function that sends a request. */
export function printBinding(): string {
  const method = (entry: NamedOperation) =>
    `${verbOf(entry)}: (input, options) => call(operations.${entry.name}, input, options)`;
  return `${comment(['The operations, each made by `call`.'])}export function bindOperations(call: Call): Operations {\nreturn {\n${grouped(method, ',\n')}\n};\n}`;
}

function docs({ id, summary, description = '', method, path, errors }: Operation): string[] {
  return [
    `${summary}.`,
    description,
    id.startsWith('list') ? 'A page; `each` goes on from page to page.' : '',
    `\`${method} ${path}\``,
    errors.length > 0 ? `@throws DuetError \`${errors.join('`, `')}\`, and what every call can` : '',
  ];
}
