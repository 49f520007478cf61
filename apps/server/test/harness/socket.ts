import {
  INBOX_SOCKET_PATH,
  INBOX_SUBPROTOCOL,
  type InboxFrame,
  inboxFrame,
  type ServerFrame,
  serverFrame,
} from '@duet/contract';
import { bounded } from '@duet/testing/wait';
import { type ClientOptions, WebSocket } from 'ws';

export { bounded };

/** A client's socket whose frames are taken one by one; every wait has a bound. */
export interface TestSocket<Frame = ServerFrame> {
  readonly ws: WebSocket;
  /** Resolves with the next frame, held against the contract. */
  next(): Promise<Frame>;
  /** The next `count` frames. */
  take(count: number): Promise<Frame[]>;
  send(frame: unknown): void;
  /** Frames that came and were not taken. */
  readonly untaken: readonly Frame[];
  /** Resolves with how the socket closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
}

/** A conversation's socket; resolves once the handshake is complete. */
export function connect(url: string, options: ClientOptions = {}): Promise<TestSocket> {
  return open(new WebSocket(url.replace(/^http/, 'ws'), options), (text) =>
    serverFrame.parse(JSON.parse(text)),
  );
}

/** An inbox; resolves once the handshake is complete. */
export function connectInbox(
  url: string,
  { protocols = [], query = '', ...options }: ClientOptions & { protocols?: string[]; query?: string } = {},
): Promise<TestSocket<InboxFrame>> {
  const address = url.replace(/^http/, 'ws') + INBOX_SOCKET_PATH + query;
  const ws = new WebSocket(address, [INBOX_SUBPROTOCOL, ...protocols], options);
  return open(ws, (text) => inboxFrame.parse(JSON.parse(text)));
}

async function open<Frame>(ws: WebSocket, parse: (text: string) => Frame): Promise<TestSocket<Frame>> {
  const untaken: Frame[] = [];
  let wake = () => {};
  ws.on('message', (data) => {
    untaken.push(parse(data.toString()));
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      wake();
    });
  });
  await bounded(
    'the handshake',
    new Promise((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', reject);
    }),
  );
  ws.on('error', () => {});
  const next = async (): Promise<Frame> => {
    for (;;) {
      const frame = untaken.shift();
      if (frame) return frame;
      if (ws.readyState === WebSocket.CLOSED) throw new Error('the socket closed while a frame was awaited');
      await bounded('a frame', new Promise<void>((resolve) => (wake = resolve)));
    }
  };
  return {
    ws,
    untaken,
    next,
    take: async (count) => {
      const frames: Frame[] = [];
      while (frames.length < count) frames.push(await next());
      return frames;
    },
    send: (frame) =>
      ws.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    get closed() {
      return bounded('the close', closed);
    },
    close: async () => {
      ws.close();
      await bounded('the close', closed);
    },
  };
}
