import { createRest } from '@duet/sdk';
import { url } from '../url.js';
import { Chat } from './chat.js';

export const dynamic = 'force-dynamic';

/** A server component that asks the server, and has a client component below it. */
export default async function Page() {
  const { users } = createRest({ url, getToken: () => null });
  const code = await users.me().catch((error) => error.code);
  return (
    <>
      <p>{code}</p>
      <Chat />
    </>
  );
}
