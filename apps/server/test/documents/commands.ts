import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, type Snippet } from '../../../../.ci/snippets.ts';
import { parseOptions as parseFaults } from '../../../../apps/bench/src/faults/options.ts';
import { parseFuzzOptions } from '../../../../apps/bench/src/fuzz/options.ts';
import { parseOptions as parseBench } from '../../../../apps/bench/src/options.ts';
import { parseOptions as parseConformance } from '../../../../packages/conformance/src/options.ts';

// The commands of the documents' shell snippets, each looked up where it is defined.

interface Package {
  readonly name: string;
  readonly scripts?: Record<string, string>;
}

const packageAt = (path: string): Package => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const packages = globSync(['package.json', '{apps,packages}/*/package.json'], { cwd: ROOT }).map(packageAt);
const config = readFileSync(join(ROOT, 'apps/server/src/config.ts'), 'utf8');
const variables = new Set([...config.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name));

/** The scripts that take flags; each throws for one that it does not know. */
const FLAGS: Record<string, (args: string[]) => unknown> = {
  bench: parseBench,
  conformance: parseConformance,
  faults: parseFaults,
  fuzz: parseFuzzOptions,
};
const BUILT_IN = ['install', 'pack'];

/** The commands of a snippet, each as its words. */
export const commandsOf = ({ text }: Snippet): string[][] =>
  text
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*/, '').replace(/&$/, ''))
    .map((line) => line.match(/(?:[^\s"]|"[^"]*")+/g) ?? [])
    .filter(([first]) => first !== undefined);

/** What is wrong with a command, if anything: a variable, script, flag or file that is not there. */
export function faultOf(command: readonly string[], document: string): string | undefined {
  const words = command.filter((word) => word !== 'export');
  const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  for (const [name = ''] of words.slice(0, start === -1 ? undefined : start).map((word) => word.split('=')))
    if (!variables.has(name)) return `no such variable: ${name}`;
  if (start === -1) return undefined;
  const [program = '', ...args] = words.slice(start);
  switch (program) {
    case 'npx':
      return args[0] === '--yes' && args[1] === 'pnpm@12'
        ? faultOfPnpm(args.slice(2))
        : 'not `npx --yes pnpm@12`';
    case 'node':
    case 'node_modules/.bin/node':
      return faultOfScript(args, document);
    case 'haproxy':
      return args[0] === '-f' && find(args[1], document)
        ? undefined
        : 'not `haproxy -f`, with a file that is there';
    default:
      return `nobody knows ${program}`;
  }
}

function faultOfPnpm(args: string[]): string | undefined {
  const [first, filter] = args;
  const name = first === '--filter' ? filter : 'duet';
  const [script = '', ...flags] = first === '--filter' ? args.slice(2) : args;
  const owner = packages.find((candidate) => candidate.name === name);
  if (!owner) return `no such package: ${name}`;
  if (!BUILT_IN.includes(script) && owner.scripts?.[script] === undefined) return `no such script: ${script}`;
  const parse = FLAGS[script];
  if (!parse) return flags.length === 0 ? undefined : `${script} takes no flags`;
  try {
    parse(flags);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function faultOfScript([path, ...args]: string[], document: string): string | undefined {
  const file = find(path, document);
  if (file === undefined) return `no such file: ${path}`;
  const source = readFileSync(file, 'utf8');
  const names = args.flatMap((arg) => /^--(.+)/.exec(arg)?.[1] ?? []);
  const unknown = names.find((name) => !source.includes(`${name}: {`) && !source.includes(`'${name}': {`));
  return unknown === undefined ? undefined : `no such flag: --${unknown}`;
}

/** Files are named from the root, or from where the document is. */
function find(path = '', document: string): string | undefined {
  return [path, join(dirname(document), path)].map((place) => join(ROOT, place)).find(existsSync);
}
