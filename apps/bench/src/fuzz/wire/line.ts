import { connect, type Socket } from 'node:net';
import { type Answer, headerOf, takeAnswer } from './answer.ts';

/** Why there was no answer. */
export class NoAnswer extends Error {}

/** A connection that takes one request after the other. */
export interface Line {
  /** Resolves with the answer. @throws NoAnswer, BrokenAnswer; then the line is of no more use */
  ask(request: Buffer, hasBody: boolean): Promise<Answer>;
  /** Whether the server will take another one. */
  readonly isOpen: boolean;
  close(): void;
}

export async function openLine(port: number, boundMs: number): Promise<Line> {
  const socket = await openSocket(port, boundMs);
  let isOpen = true;
  const ask = async (request: Buffer, hasBody: boolean) => {
    const reading = readOne(socket, hasBody, boundMs);
    socket.write(request);
    try {
      const answer = await reading;
      if (/close/i.test(headerOf(answer, 'connection') ?? '') || answer.status === 101) end();
      return answer;
    } catch (error) {
      end();
      throw error;
    }
  };
  const end = () => {
    isOpen = false;
    socket.destroy();
  };
  socket.once('close', () => {
    isOpen = false;
  });
  return {
    ask,
    get isOpen() {
      return isOpen;
    },
    close: end,
  };
}

/** A connected socket whose errors are taken for its end. */
export function openSocket(port: number, boundMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const late = setTimeout(() => socket.destroy(new Error(`no connection within ${boundMs} ms`)), boundMs);
    socket.once('error', reject).once('connect', () => {
      clearTimeout(late);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

function readOne(socket: Socket, hasBody: boolean, boundMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const look = (ended: boolean) => {
      const taken = takeAnswer(Buffer.concat(chunks), hasBody, ended);
      if (taken) {
        if (taken.rest.length > 0) throw new NoAnswer(`${taken.rest.length} bytes more than one answer`);
        done();
        resolve(taken.answer);
      } else if (ended) {
        throw new NoAnswer(`the connection ended after ${Buffer.concat(chunks).length} bytes`);
      }
    };
    const guarded = (ended: boolean) => {
      try {
        look(ended);
      } catch (error) {
        done();
        reject(error);
      }
    };
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      guarded(false);
    };
    const onClose = () => guarded(true);
    const late = setTimeout(() => {
      done();
      reject(new NoAnswer(`nothing within ${boundMs} ms`));
    }, boundMs);
    const done = () => {
      clearTimeout(late);
      socket.off('data', onData).off('close', onClose);
    };
    socket.on('data', onData).on('close', onClose);
  });
}
