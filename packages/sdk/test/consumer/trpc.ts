import { createDuetTrpc } from '@duet/sdk/trpc';
import { join } from './app.ts';

const [url = '', version = ''] = process.argv.slice(2);
const { token } = await join(url, `cy ${version}`);
const { username }: { username: string } = await createDuetTrpc({
  url,
  getToken: () => token,
}).users.me.query({});
console.log(username);
