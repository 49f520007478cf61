import { type Answer, takeAnswer } from './answer.ts';
import { NoAnswer, openSocket } from './line.ts';

/** So long nothing may come before whoever sent half a request says that this is all. */
const QUIET_MS = 300;

/** What is sent over a connection of its own: maybe no request, or one, or several. */
export interface Sending {
  readonly parts: readonly Buffer[];
  /** The first answer has no body. */
  readonly bareFirst: boolean;
  /** It is a request, and its answer is waited for, however long the server thinks. */
  readonly isWhole: boolean;
}

/**
 * Sends, and takes what comes until the server ends the connection. Once there is an answer, or nothing comes for a while, the sending
 * side is closed: that ends whatever still waits.
 * @throws NoAnswer when the server does not end it within the bound; BrokenAnswer
 */
export async function exchange(port: number, sending: Sending, boundMs: number): Promise<Answer[]> {
  const { parts, bareFirst, isWhole } = sending;
  const socket = await openSocket(port, boundMs);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let quiet: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => socket.end(), QUIET_MS);
    };
    const late = setTimeout(() => {
      socket.destroy();
      reject(new NoAnswer(`the connection did not end within ${boundMs} ms`));
    }, boundMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (!isWhole || hasAnswer(Buffer.concat(chunks), bareFirst)) wait();
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
    if (!isWhole) wait();
  });
}

/** What is not HTTP counts: it is complained of at the end. */
function hasAnswer(received: Buffer, bareFirst: boolean): boolean {
  try {
    return takeAnswer(received, !bareFirst, false) !== undefined;
  } catch {
    return true;
  }
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
