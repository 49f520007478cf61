import { join, talk } from './app.ts';

const [url = '', version = ''] = process.argv.slice(2);
const said = await talk(await join(url, `ada ${version}`), await join(url, `ben ${version}`));
console.log(said.join('\n'));
