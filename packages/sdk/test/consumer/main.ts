import { WebSocket } from 'ws';
import { join, talk } from './app.ts';

const [url = '', runtime = ''] = process.argv.slice(2);
// Node 20 has none of its own.
const bring = 'WebSocket' in globalThis ? undefined : WebSocket;
const [ada, ben] = [await join(url, `ada of ${runtime}`, bring), await join(url, `ben of ${runtime}`, bring)];
const said = await talk(ada, ben);
console.log(said.join('\n').replace(ada.id, 'ada'));
