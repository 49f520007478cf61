import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { onTestFinished } from 'vitest';
import { isOfGuide, snippets } from '../../../../.ci/snippets.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = ['express', 'jose', 'ws'];

/** A project with the modules of the guides as they stand, and with these besides; it goes with the test. */
export function guideProject(url: string, others: Readonly<Record<string, string>>): string {
  const folder = scratchFolder();
  onTestFinished(() => removeFolder(folder));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@duet'), { recursive: true });
  for (const name of PACKAGES) symlinkSync(join(PACKAGE, 'node_modules', name), join(modules, name));
  symlinkSync(PACKAGE, join(modules, '@duet/sdk'));
  const files = {
    'package.json': '{ "type": "module" }',
    ...Object.fromEntries(
      snippets()
        .filter(isOfGuide)
        .map(({ file = 'nameless', text }) => [file, text.replaceAll('http://localhost:8080', url)]),
    ),
    ...others,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
