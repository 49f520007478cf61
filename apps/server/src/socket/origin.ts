import type { IncomingMessage } from 'node:http';
import type { Trust } from '../limits/address.ts';
import type { MayCall } from '../may-call.ts';

export interface OriginOptions {
  readonly publicUrl: string | undefined;
  readonly mayCall: MayCall;
  readonly trust: Trust;
}

/**
 * Whether a socket may be opened by the page that its `Origin` names (PROTOCOL 4.1): one of ours, or one that may call REST, too. Who names none is no
 * browser. Browsers open sockets for any page; what they do not have for it is a token, and so this is but a second lock.
 */
export function createOriginCheck({ publicUrl, mayCall, trust }: OriginOptions) {
  const ours = publicUrl && new URL(publicUrl).origin;
  return (request: IncomingMessage): boolean => {
    const { origin } = request.headers;
    if (origin === undefined || origin === ours || mayCall(origin)) return true;
    // Only the host: whether a proxy in front speaks TLS is not known here. A scheme's own port may stand there, or not.
    const page = URL.parse(origin);
    const host = hostOf(request, trust);
    return (
      page !== null &&
      host !== undefined &&
      HOST.test(host) &&
      page.host === URL.parse(`${page.protocol}//${host}`)?.host
    );
  };
}

/** A host and perhaps a port, and nothing that `URL` would take for more. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/;

/** The host that the client asked for, in lower case. */
function hostOf({ headers, socket }: IncomingMessage, trust: Trust): string | undefined {
  const forwarded = trust(socket.remoteAddress ?? '', 0) ? headers['x-forwarded-host'] : undefined;
  const [host] = [forwarded ?? []].flat().slice(-1);
  return (host?.split(',').at(-1)?.trim() ?? headers.host)?.toLowerCase();
}
