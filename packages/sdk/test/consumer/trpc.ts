import { createDuetTrpc } from '@duet/sdk/trpc';
import { join } from './app.ts';

const [url = '', runtime = ''] = process.argv.slice(2);
const { token } = await join(url, `cy of ${runtime}`);
const { username }: { username: string } = await createDuetTrpc({
  url,
  getToken: () => token,
}).users.me.query({});
console.log(username);
