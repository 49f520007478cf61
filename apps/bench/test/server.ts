import { type WebSocket, WebSocketServer } from 'ws';

/** A `ws` server for one test; `serve` gets each socket and the path it came by. */
export async function listen(serve: (socket: WebSocket, path: string) => void) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket, request) => serve(socket, request.url ?? ''));
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('not listening');
  return {
    port: address.port,
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
