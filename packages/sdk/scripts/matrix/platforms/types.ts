import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.ts';
import { TYPESCRIPTS, TYPESCRIPTS_WITH_TRPC } from '../versions.ts';
import { makeApp, type Place, type Platform } from './platform.ts';

const RESOLUTIONS = ['bundler', 'node16', 'nodenext'] as const;
const FORMATS = ['module', 'commonjs'] as const;
const STRICT = {
  target: 'es2022',
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  // The SDK's declarations and those that they import are checked; TypeScript's own, the largest, are not.
  skipLibCheck: false,
  skipDefaultLibCheck: true,
};

interface Project {
  readonly typescript: (typeof TYPESCRIPTS)[number];
  readonly resolution: (typeof RESOLUTIONS)[number];
  /** `type` in the package.json of the project. */
  readonly format: (typeof FORMATS)[number];
  readonly hasDom: boolean;
}

async function compile(place: Place, { typescript, resolution, format, hasDom }: Project): Promise<void> {
  const app = await makeApp(place, 'types');
  writeFileSync(join(app, 'package.json'), JSON.stringify({ type: format }));
  const hasTrpc = TYPESCRIPTS_WITH_TRPC.some((version) => version === typescript);
  const compilerOptions = {
    ...STRICT,
    module: resolution === 'bundler' ? 'esnext' : resolution,
    moduleResolution: resolution,
    // The declarations of tRPC name `Disposable`.
    lib: hasDom ? ['es2022', 'dom', 'esnext.disposable'] : ['es2022'],
  };
  const files = ['use.ts', ...(hasDom ? ['dom.ts'] : []), ...(hasDom && hasTrpc ? ['trpc.ts'] : [])];
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await run(app, place.signal, process.execPath, place.tsc(typescript));
}

export const types: Platform = {
  name: 'TypeScript',
  packages: ['react@19', '@types/react@19', '@trpc/client@11', '@trpc/server@11'],
  combinations: (place) => {
    const projects = TYPESCRIPTS.flatMap((typescript) => [
      ...RESOLUTIONS.flatMap((resolution) =>
        FORMATS.map((format): Project => ({ typescript, resolution, format, hasDom: true })),
      ),
      { typescript, resolution: 'node16', format: 'commonjs', hasDom: false } satisfies Project,
    ]);
    return Object.fromEntries(
      projects.map((project) => {
        const { typescript, resolution, format, hasDom } = project;
        const name = `TypeScript ${typescript}, ${resolution}, ${format}${hasDom ? '' : ', no DOM library'}`;
        return [name, () => compile(place, project)];
      }),
    );
  },
};
