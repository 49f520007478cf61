import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { snippets as blocks } from '../../../../.ci/snippets.ts';
import { run } from './run.ts';
import { NODES, type REACTS, TYPESCRIPTS, VITE } from './versions.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** The version that the workspace has. */
function same(name: string): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'node_modules', name, 'package.json'), 'utf8'));
  return `${name}@${version}`;
}

export interface Installed {
  /** Of the root README, made as it says. */
  readonly chat: string;
  /** With the SDK and React, by React's version. */
  readonly projects: Readonly<Record<(typeof REACTS)[number], string>>;
  /** A CommonJS project with the SDK and these packages. @throws what npm says when it takes them not */
  readonly project: (name: string, packages: readonly string[]) => Promise<string>;
  readonly node: (version: (typeof NODES)[number]) => string;
  readonly tsc: (version: (typeof TYPESCRIPTS)[number]) => string;
  readonly vite: string;
}

/** Packs and installs the SDK as its readers do, and every version of Node and TypeScript. @throws Stop without a network */
export async function install(folder: string, signal: AbortSignal): Promise<Installed> {
  const npm = (cwd: string, ...args: string[]) => run(cwd, signal, 'npm', ...args);
  const make = async (name: string) => {
    const cwd = join(folder, name);
    mkdirSync(cwd);
    await npm(cwd, 'init', '-y');
    return cwd;
  };

  const duet = await make('duet');
  const tarball = join(duet, 'duet-sdk-0.1.0.tgz');
  await run(PACKAGE, signal, 'pnpm', 'pack', '--out', tarball);
  await run(duet, signal, 'bash', '-euc', readmeCommands());

  const project = async (name: string, packages: readonly string[]) => {
    const cwd = await make(name);
    await npm(cwd, 'pkg', 'set', 'type=commonjs'); // newer versions of npm have written it already
    await npm(cwd, 'install', '--ignore-scripts', tarball, ...packages);
    return cwd;
  };
  const snippets = async (react: (typeof REACTS)[number]) => {
    const cwd = await make(`react${react}`);
    await npm(cwd, 'pkg', 'set', 'type=module');
    const reacts = ['react', 'react-dom', '@types/react', '@types/react-dom'];
    const others = ['ws', '@types/ws', '@types/node', '@trpc/client', '@trpc/server', 'happy-dom'];
    await npm(cwd, 'install', tarball, ...reacts.map((name) => `${name}@${react}`), ...others.map(same));
    return cwd;
  };
  const projects = { 18: await snippets('18'), 19: await snippets('19') };

  const tools = await make('tools');
  // The packages of the program alone: that called `node` fetches one of them by a script, which npm may not run.
  const program = `node-${process.platform}-${process.arch}`;
  const nodes = NODES.filter((version) => version !== OWN);
  const packages = [
    ...nodes.map((version) => `node${version}@npm:${program}@${version}`),
    ...TYPESCRIPTS.map((version) => `typescript${version}@npm:typescript@${version}`),
    `vite@${VITE}`,
  ];
  await npm(tools, 'install', ...packages);
  const tool = (path: string) => join(tools, 'node_modules', path);
  return {
    chat: join(folder, 'my-chat'),
    projects,
    project,
    node: (version) => (version === OWN ? process.execPath : tool(`node${version}/bin/node`)),
    tsc: (version) => tool(`typescript${version}/bin/tsc`),
    vite: tool('vite/bin/vite.js'),
  };
}

/** The workspace runs on this one. */
const OWN = 24;

/** What the root README says to type in a shell, but for the packing, which is done. */
function readmeCommands(): string {
  const [block, ...others] = blocks().filter(
    ({ language, text }) => language === 'sh' && /^npm i /m.test(text),
  );
  if (!block || others.length > 0) throw new Error('there must be one block with `npm i`');
  return block.text.replace(/^npx .* pack .*$/m, '');
}
