import { inboxFrame, serverFrame } from '@duet/contract';
import type { Complain } from '../check/answer.ts';
import { leakIn } from '../check/leaks.ts';
import type { Script } from '../generate/script.ts';
import type { Random } from '../random.ts';
import { takeAnswer } from '../wire/answer.ts';
import { frame, opcodes, takeFrame } from '../wire/frame.ts';
import { openSocket } from '../wire/line.ts';
import type { Pair, World } from '../world.ts';

/** How the server may end a socket on its own account (PROTOCOL 4.6, RFC 6455 7.4.1). */
const CLOSE_CODES = new Set([1002, 1007, 1008, 1009]);
const NONCE = 'are you there';

/** How the handshake of a raw session goes. */
export function handshake(pair: Pair, isInbox: boolean): Buffer {
  const lines = [
    `GET /ws/chat/${isInbox ? '' : `${pair.conversationId}/`} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(isInbox ? ['Sec-WebSocket-Protocol: duet.v1'] : []),
    `Authorization: Bearer ${pair.a.token}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** One script over a connection of its own: what comes is held against what must become of the socket. */
export async function rawSession(
  world: World,
  pair: Pair,
  isInbox: boolean,
  script: Script,
  random: Random,
  boundMs: number,
  complain: Complain,
): Promise<void> {
  const socket = await openSocket(world.port, boundMs);
  const asked = Buffer.concat(script.parts).toString('latin1');
  await new Promise<void>((resolve) => {
    let received = Buffer.alloc(0);
    let isOpen = false;
    let outcome: 'open' | 'ended' | number | undefined;
    const late = setTimeout(() => {
      if (outcome === undefined)
        complain('no end of a socket, and no answer', `${String(script.then)} within ${boundMs} ms`);
      outcome ??= 'ended';
      socket.destroy();
    }, boundMs);
    const conclude = (what: 'open' | 'ended' | number) => {
      if (outcome !== undefined) return;
      outcome = what;
      check(script, what, complain);
      if (random.chance(0.5)) socket.destroy();
      else socket.end();
      setTimeout(() => socket.destroy(), 500);
    };
    const speak = () => {
      isOpen = true;
      for (const part of script.parts) socket.write(part);
      if (script.finally === 'cut') socket.resetAndDestroy();
      else if (script.finally === 'half-close') socket.end();
      else socket.write(frame({ opcode: opcodes.ping, payload: NONCE }));
    };
    const take = () => {
      if (!isOpen) {
        const taken = takeAnswer(received, false, false);
        if (!taken) return;
        received = Buffer.from(taken.rest);
        if (taken.answer.status !== 101)
          throw new Error(`a handshake was answered with ${taken.answer.status}`);
        speak();
      }
      for (let taken = takeFrame(received); taken; taken = takeFrame(received)) {
        received = Buffer.from(taken.rest);
        const { opcode, payload } = taken.frame;
        if (opcode === opcodes.text) checkText(payload.toString(), isInbox, world, asked, complain);
        else if (opcode === opcodes.close) conclude(payload.length < 2 ? 1005 : payload.readUInt16BE());
        else if (opcode === opcodes.pong && payload.toString() === NONCE) conclude('open');
      }
    };
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      try {
        take();
      } catch (error) {
        complain('a frame that is not a WebSocket’s', 'RFC 6455', String(error));
        socket.destroy();
      }
    });
    socket.write(handshake(pair, isInbox));
    socket.once('close', () => {
      clearTimeout(late);
      conclude('ended');
      resolve();
    });
  });
}

function check({ then }: Script, outcome: 'open' | 'ended' | number, complain: Complain): void {
  const isAllowed =
    then === 'any'
      ? typeof outcome === 'string' || CLOSE_CODES.has(outcome)
      : then === 'open'
        ? outcome === 'open'
        : then.includes(outcome === 'open' ? 1006 : outcome);
  if (!isAllowed) complain('another end of a socket', String(then), String(outcome));
}

function checkText(text: string, isInbox: boolean, world: World, sent: string, complain: Complain): void {
  const value: unknown = JSON.parse(text);
  const { error } = (isInbox ? inboxFrame : serverFrame).safeParse(value);
  if (error) complain('a frame that is not in the contract', 'a frame of it', text.slice(0, 500));
  if (/"code":"internal"/.test(text)) complain('a fault of the server', 'any code but internal');
  const leak = leakIn(world, text, sent, false);
  if (leak !== undefined) complain('something of others’ was shown', `nothing with ${leak}`);
}
