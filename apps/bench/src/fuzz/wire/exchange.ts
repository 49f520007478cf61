import { type Answer, takeAnswer } from './answer.ts';
import { NoAnswer, openSocket } from './line.ts';

/** So long a server may think before whoever sent half a request says that this is all. */
const QUIET_MS = 300;

/**
 * Sends bytes that may be no request, one, or several, over a connection of their own, and takes what comes until the server ends it.
 * Once there is an answer, or nothing comes for a while, the sending side is closed: that ends whatever still waits.
 * @param bareFirst the first answer has no body
 * @throws NoAnswer when the server does not end it within the bound; BrokenAnswer
 */
export async function exchange(
  port: number,
  parts: readonly Buffer[],
  bareFirst: boolean,
  boundMs: number,
): Promise<Answer[]> {
  const socket = await openSocket(port, boundMs);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const quiet = setTimeout(() => socket.end(), QUIET_MS);
    const late = setTimeout(() => {
      socket.destroy();
      reject(new NoAnswer(`the connection did not end within ${boundMs} ms`));
    }, boundMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      quiet.refresh();
    });
    socket.once('end', () => socket.end());
    socket.once('close', () => {
      clearTimeout(quiet);
      clearTimeout(late);
      try {
        resolve(takeAll(Buffer.concat(chunks), bareFirst));
      } catch (error) {
        reject(error);
      }
    });
    for (const part of parts) socket.write(part);
  });
}

function takeAll(received: Buffer, bareFirst: boolean): Answer[] {
  const answers: Answer[] = [];
  for (let rest = received; rest.length > 0; ) {
    const taken = takeAnswer(rest, !bareFirst || answers.length > 0, true);
    if (!taken)
      throw new NoAnswer(`half an answer: ${JSON.stringify(rest.toString('latin1').slice(0, 200))}`);
    answers.push(taken.answer);
    if (taken.answer.status === 101) break; // what follows is a socket's
    rest = taken.rest;
  }
  return answers;
}
