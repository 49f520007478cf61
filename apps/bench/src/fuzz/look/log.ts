import { z } from 'zod';
import type { Findings } from '../finding.ts';
import type { Process } from '../server.ts';
import type { World } from '../world.ts';

const line = z.looseObject({ level: z.number(), request_id: z.string().optional() });
const ERROR = 50;
/** What every token that is signed here begins with. */
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.';
/** What Node says of its debugger, and what the server says at its start. */
const HARMLESS = /^(Debugger |For help, see: |Starting inspector |$| )/;

/** Reads a server's log as it is written: it must hold no fault, no complaint of Node, no token, and nothing that anybody wrote. */
export function watchLog(process: Process, world: World, findings: Findings): void {
  const [content = ''] = world.secrets;
  process.onLine((text) => {
    const complain = (oracle: string, where: string, expected: string, request?: string) =>
      findings.add({
        oracle,
        where,
        case: request,
        sent: request ?? 'something of this run',
        expected,
        came: text.slice(0, 2000),
      });
    if (text.includes(TOKEN)) complain('a token in the log', 'the log', 'no token');
    if (text.includes(content)) complain('a message in the log', 'the log', 'no message');
    const { data } = line.safeParse(parse(text));
    const request = /^fuzz-(\d+)$/.exec(data?.request_id ?? '')?.[1];
    if (data && data.level >= ERROR)
      complain(
        'a fault in the log',
        causeOf(text),
        'nothing of level 50 or more',
        request && `request:${request}`,
      );
    if (!data && !HARMLESS.test(text)) complain('a complaint of Node', 'the errors', 'nothing');
  });
}

/** By which faults are told apart. */
function causeOf(text: string): string {
  const [, message] = /"err":\{[^}]*?"message":"([^"]{0,80})/.exec(text) ?? [];
  return message ?? text.slice(-80);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
