import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Of requests that come on a connection in one go, each begins when the answer before it has gone out. Node would begin them all, and keep what
 * they answer for a client that may never read it.
 */
export function answerInTurn(app: FastifyInstance): void {
  const lines = new WeakMap<Socket, Line>();
  app.addHook('onRequest', ({ raw: { socket } }, _reply, begin) => {
    const line = lines.get(socket);
    if (line?.isBusy) {
      line.waiting.push(begin);
      return;
    }
    if (line) line.isBusy = true;
    else lines.set(socket, { isBusy: true, waiting: [] });
    begin();
  });
  app.addHook('onResponse', ({ raw: { socket } }, _reply, done) => {
    const line = lines.get(socket);
    const next = socket.destroyed ? undefined : line?.waiting.shift();
    if (next) next();
    else if (line) line.isBusy = false;
    done();
  });
}

/** What comes on one connection; kept as long as it, for a map that is filled and emptied for every request costs the collector. */
interface Line {
  isBusy: boolean;
  readonly waiting: (() => void)[];
}
