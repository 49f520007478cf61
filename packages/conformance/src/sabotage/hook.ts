import { registerHooks } from 'node:module';
import { BUGS_VARIABLE, type Bug } from './sabotage.ts';

const bugs: Bug[] = JSON.parse(process.env[BUGS_VARIABLE] ?? '[]');

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    const own = bugs.filter(({ file }) => url.endsWith(`/${file}`));
    if (own.length === 0) return loaded;
    return { ...loaded, source: own.reduce(breakIn, String(loaded.source)) };
  },
});

function breakIn(source: string, { file, find, replace }: Bug): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(`${file} has this ${parts.length - 1} times, and not once: ${find}`);
  return parts.join(replace);
}
