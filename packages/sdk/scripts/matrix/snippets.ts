import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chat, checks } from '../../test/snippets/checks.ts';
import { writePage, writeSnippets } from '../../test/snippets/files.ts';
import type { Installed } from './install.ts';
import type { Report } from './report.ts';
import { run } from './run.ts';
import { NODES, REACTS, TYPESCRIPTS_WITH_TRPC, VITE } from './versions.ts';

/** The READMEs' snippets, compiled and run on every version that these name. */
export async function runSnippets(
  installed: Installed,
  url: string,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { chat: project, projects, node, tsc, vite } = installed;
  writeSnippets(project, url);
  for (const version of NODES)
    await report.line(`npm init -y, Node ${version}`, () =>
      chat({ folder: project, node: node(version), version, url, signal }),
    );
  for (const react of REACTS) {
    for (const typescript of TYPESCRIPTS_WITH_TRPC) {
      const folder = join(projects[react], `typescript${typescript}`);
      mkdirSync(folder);
      writeSnippets(folder, url);
      const name = `React ${react}, TypeScript ${typescript}`;
      const compile = async () => {
        for (const part of ['browser', 'node'])
          await run(folder, signal, process.execPath, tsc(typescript), '-p', part);
        writePage(folder);
        return true;
      };
      if (!(await report.line(name, compile))) continue;
      for (const version of NODES) {
        const place = { folder, node: node(version), version, url, signal };
        await report.line(`${name}, Node ${version}`, () =>
          Promise.all(Object.values(checks).map((check) => check(place))),
        );
      }
    }
  }
  const folder = join(projects[19], 'typescript7/browser');
  writeFileSync(join(folder, 'index.html'), '<script type="module" src="./live.ts"></script>');
  await report.line(`Vite ${VITE}`, async () => {
    await run(folder, signal, process.execPath, vite, 'build');
    const [bundle = ''] = globSync(join(folder, 'dist/assets/*.js'));
    if (!readFileSync(bundle, 'utf8').includes('/api/chat/conversations/'))
      throw new Error('the bundle does not hold the SDK');
  });
}
