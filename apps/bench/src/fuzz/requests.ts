import { type Complain, checkAnswer } from './check/answer.ts';
import { leakIn } from './check/leaks.ts';
import { checkOperation } from './check/operation.ts';
import { checkTrpc } from './check/trpc.ts';
import type { ApiDocument } from './document.ts';
import { asCommand, type Findings } from './finding.ts';
import { requestAt } from './generate/case.ts';
import { type Bytes, type Request, toBytes } from './generate/request.ts';
import { type Answer, BrokenAnswer } from './wire/answer.ts';
import { exchange } from './wire/exchange.ts';
import { type Line, NoAnswer, openLine } from './wire/line.ts';
import type { World } from './world.ts';

/** Operations that show people to anybody. */
const PEOPLE = new Set(['findUsers', 'getUser', 'putUser', 'putUsers']);

/** What a fuzzer works with. */
export interface Fuzz {
  readonly document: ApiDocument;
  readonly world: World;
  readonly seed: number;
  readonly findings: Findings;
  /** Within this everything is answered. */
  readonly boundMs: number;
}

const AT_ONCE = 16;
/** Node reads no more of a request before its body. */
const MAX_HEAD = 16_384;

/** Sends the requests from one number to another, some at once, and checks every answer. */
export async function fuzzRequests(fuzz: Fuzz, from: number, to: number): Promise<void> {
  let next = from;
  const work = async () => {
    let line: Line | undefined;
    while (next < to) {
      const index = next++;
      const request = await requestAt(fuzz.document, fuzz.world, fuzz.seed, index);
      if ('parts' in request) await sendBytes(fuzz, request, index);
      else line = await sendRequest(fuzz, request, index, line);
    }
    line?.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function sendRequest(
  fuzz: Fuzz,
  request: Request,
  index: number,
  line: Line | undefined,
): Promise<Line | undefined> {
  const { world, document, findings, boundMs } = fuzz;
  const bytes = toBytes(request);
  const hasBody = request.method !== 'HEAD';
  let answer: Answer | undefined;
  const complain: Complain = (oracle, expected) =>
    findings.add({
      oracle,
      where: request.where,
      case: `request:${index}`,
      sent: asCommand(bytes, world.port),
      expected,
      came: shown(answer),
    });
  const open = line?.isOpen ? line : await openLine(world.port, boundMs);
  try {
    answer = await open.ask(bytes, hasBody);
  } catch (error) {
    complain(...faultOf(error));
    return undefined;
  }
  const { status } = answer;
  const isCall = request.target.startsWith('/trpc/');
  checkAnswer(answer, hasBody, isCall, complain);
  if (request.statuses && !request.statuses.includes(status))
    complain('a request that is in order was refused', request.statuses.join(' or '));
  const operation = document.find(request.method, request.target);
  const wasRead = bytes.indexOf('\r\n\r\n') < MAX_HEAD; // or it never came as far as an operation
  if (operation && wasRead) checkOperation(operation, request, answer, world, complain);
  if (isCall) checkTrpc(document, request, answer, complain);
  const mayName = PEOPLE.has(operation?.id ?? '') || /users\.(find|get|put)/.test(request.target);
  checkLeaks(world, [answer], bytes, mayName, complain);
  return open.isOpen ? open : undefined;
}

async function sendBytes({ world, findings, boundMs }: Fuzz, bytes: Bytes, index: number): Promise<void> {
  const sent = Buffer.concat(bytes.parts);
  let answers: Answer[] = [];
  const complain: Complain = (oracle, expected) =>
    findings.add({
      oracle,
      where: bytes.where,
      case: `request:${index}`,
      sent: asCommand(sent, world.port),
      expected,
      came: answers.map(shown).join(' ') || 'nothing',
    });
  try {
    answers = await exchange(world.port, { ...bytes, isWhole: bytes.statuses !== undefined }, boundMs);
  } catch (error) {
    complain(...faultOf(error));
    return;
  }
  for (const [i, answer] of answers.entries())
    checkAnswer(answer, i > 0 || !bytes.bareFirst, sent.includes(' /trpc/'), complain);
  const [first] = answers;
  if (bytes.statuses && !bytes.statuses.includes(first?.status ?? 0))
    complain('another answer than this must have', bytes.statuses.join(' or '));
  checkLeaks(world, answers, sent, false, complain);
}

function faultOf(error: unknown): [string, string] {
  if (error instanceof NoAnswer)
    return [`no answer: ${error.message.replace(/\d+ bytes/, 'some bytes')}`, 'an answer'];
  if (error instanceof BrokenAnswer) return [`an answer that is not HTTP`, error.message];
  throw error;
}

function checkLeaks(
  world: World,
  answers: readonly Answer[],
  sent: Buffer,
  mayName: boolean,
  complain: Complain,
): void {
  const came = answers.map((answer) => `${JSON.stringify(answer.headers)}${answer.body}`).join();
  const leak = leakIn(world, came, sent.toString('latin1'), mayName);
  if (leak !== undefined) complain('something of others’ was shown', `nothing with ${leak}`);
}

function shown(answer: Answer | undefined): string {
  if (!answer) return 'nothing';
  const head = answer.headers.map(([name, value]) => `${name}: ${value}`).join(', ');
  return `${answer.status} {${head}} ${answer.body.toString().slice(0, 500)}`;
}
