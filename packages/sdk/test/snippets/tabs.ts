// Two tabs of one browser, each with the snippet `token.ts` and a client of its own, share a session whose time is over.
import { createDuet, type GetToken } from '@duet/sdk';
import { Storage } from 'happy-dom';

interface Snippet {
  readonly getToken: GetToken;
  signIn(username: string, password: string): Promise<void>;
}

const [url = '', username = '', password = '', locks] = process.argv.slice(2);
const storage = new Storage();
if (locks === 'none') Object.defineProperty(globalThis, 'navigator', { value: {} });
Object.assign(globalThis, { localStorage: storage });
let refreshed = 0;
const send = fetch;
globalThis.fetch = (input, init) => {
  if (String(input).endsWith('/refresh/')) refreshed += 1;
  return send(input, init);
};
const tab = async (number: number) => {
  const { getToken, signIn }: Snippet = await import(`./token.js?tab=${number}`);
  return { signIn, duet: createDuet({ url, getToken }) };
};

const tabs = [await tab(1), await tab(2)];
await tabs[0]?.signIn(username, password);
const session: unknown = JSON.parse(storage.getItem('duet-session') ?? '');
storage.setItem('duet-session', JSON.stringify({ ...Object(session), access: 'expired' }));
for (const { username } of await Promise.all(tabs.map(({ duet }) => duet.users.me()))) console.log(username);
console.log(`refreshed ${refreshed}`);
storage.clear();
const late = await tab(3);
console.log(await late.duet.users.me().catch(({ code }) => code));
