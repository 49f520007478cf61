import { join, talk } from './app.ts';

const [url = '', runtime = ''] = process.argv.slice(2);
const said = await talk(await join(url, `ada of ${runtime}`), await join(url, `ben of ${runtime}`));
console.log(said.join('\n'));
