import { join, talk } from './app.ts';

const { origin } = location;
document.body.textContent = (await talk(await join(origin, 'ada'), await join(origin, 'ben'))).join('\n');
