import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Of requests that come on a connection in one go, each begins when the answer before it has gone out. Node would begin them all, and keep what
 * they answer for a client that may never read it.
 */
export function answerInTurn(app: FastifyInstance): void {
  const waiting = new WeakMap<Socket, (() => void)[]>();
  app.addHook('onRequest', ({ raw: { socket } }, _reply, begin) => {
    const line = waiting.get(socket);
    if (line) {
      line.push(begin);
    } else {
      waiting.set(socket, []);
      begin();
    }
  });
  app.addHook('onResponse', ({ raw: { socket } }, _reply, done) => {
    const next = socket.destroyed ? undefined : waiting.get(socket)?.shift();
    if (next) next();
    else waiting.delete(socket);
    done();
  });
}
