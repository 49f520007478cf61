import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withProgram } from '../../../test/snippets/program.ts';
import { SAID } from '../talk.ts';
import { NEXT } from '../versions.ts';
import { makeApp, type Place, type Platform, runTool } from './platform.ts';

const CLI = 'next/dist/bin/next';

/** Built, and served: a page of a server component with the hooks in it, and a route that talks. */
async function serve(place: Place): Promise<void> {
  const app = await makeApp(place, 'next');
  writeFileSync(join(app, 'package.json'), '{}'); // without a `type`, as Next.js makes one
  await runTool(place, app, CLI, 'build');
  const { folder, url, signal } = place;
  const program = { folder: app, node: process.execPath, version: 24, url, signal };
  const args = [join(folder, 'node_modules', CLI), 'start', '--port', '0'];
  await withProgram(program, args, '', async ({ says }) => {
    const [, origin = ''] = /(http:\/\/localhost:\d+)/.exec(await says(/http:\/\/localhost:\d+/)) ?? [];
    const get = async (path: string) => (await fetch(origin + path, { signal })).text();
    assert.match(await get('/'), /missing_token.*idle, 0 unread/);
    assert.equal(await get('/talk'), SAID);
  });
}

export const next: Platform = {
  name: 'Next.js',
  packages: [`next@${NEXT}`, 'react@19', 'react-dom@19'],
  combinations: (place) => ({ [`Next.js ${NEXT}`]: () => serve(place) }),
};
