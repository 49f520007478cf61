import type { Bug } from '@duet/conformance/sabotage';
import { afterAll, expect, test } from 'vitest';
import { undoAll } from '../../src/cleanup.ts';
import { describe as shown } from '../../src/fuzz/finding.ts';
import { type Plan, type Report, runFuzz } from '../../src/fuzz/run.ts';
import { startTarget } from '../../src/fuzz/server.ts';

afterAll(undoAll);

async function fuzz(plan: Plan, bugs: readonly Bug[] = []): Promise<Report> {
  const target = await startTarget(undefined, bugs);
  try {
    return await runFuzz(target, plan);
  } finally {
    await target.stop();
  }
}

test('4,000 requests and 4,000 frames find nothing', async () => {
  const plan = { seed: 1, requests: 4000, frames: 4000, boundMs: 60_000 };
  const { findings, requests, frames } = await fuzz(plan);
  console.log(`seed ${plan.seed}: ${requests} requests, ${frames} frames`);
  expect(findings.map((finding) => shown(finding, plan.seed, false)).join('\n')).toBe('');
});

/** Each is found by one of the fuzzer's promises, all by one run. */
const BUGS: (Bug & { readonly found: string })[] = [
  {
    found: 'a fault of the server',
    file: 'domain/users/find.ts',
    find: `const prefix = usernameKey(input.search ?? '');`,
    replace: `const prefix = usernameKey(input.search ?? ''); if (prefix === 'stranger') throw new Error('bug');`,
  },
  {
    found: 'a body of another shape than in the document',
    file: 'domain/conversations/get.ts',
    find: 'return viewAs(actor.id, read);',
    replace: 'return { ...viewAs(actor.id, read), more: 1 };',
  },
  {
    found: 'something of others’ was shown',
    file: 'domain/messages/list.ts',
    find: `if (user1.id !== actor.id && user2.id !== actor.id) throw new DomainError('not_participant');`,
    replace: '',
  },
  {
    found: 'no answer: nothing within 8000 ms',
    file: 'rest/router.ts',
    find: 'await markRead(ctx.domain, input);',
    replace: 'if (input.seq % 20 === 7) await new Promise(() => {}); await markRead(ctx.domain, input);',
  },
  {
    found: 'memory that grows',
    file: 'rest/routes.ts',
    find: 'request.setDecorator(CONTEXT, ctx);',
    replace: `request.setDecorator(CONTEXT, ctx); process.on('SIGUSR2', () => ctx);`,
  },
  {
    found: 'a body that the document forbids was taken',
    file: 'rest/routes.ts',
    find: 'return body;',
    replace: `return typeof body['seq'] === 'string' ? { ...body, seq: body['seq'].length } : body;`,
  },
  {
    found: 'an error that is no problem',
    file: 'rest/unreadable.ts',
    find: 'problem+json',
    replace: 'json',
  },
  {
    found: 'a token in the log',
    file: 'rest/server.ts',
    find: 'const { headers, httpVersion } = request.raw;',
    replace: 'const { headers, httpVersion } = request.raw; request.log.info(headers.authorization);',
  },
  {
    found: 'no answer to a frame',
    file: 'socket/dispatch.ts',
    find: 'return isHeard ? undefined : encode(toMessageFrame(message), meter);',
    replace: 'return undefined;',
  },
  {
    found: 'messages out of order',
    file: 'socket/in-order.ts',
    find: 'this.#position = item.seq;\n      this.#deliver(item);',
    replace:
      'this.#position = item.seq;\n      this.#deliver(item); if (item.seq % 50 === 0) this.#deliver(item);',
  },
  {
    found: 'a frame that is not in the contract',
    file: 'socket/inbox/dispatch.ts',
    find: `return { type: 'pong', cursor: null, heads: [] };`,
    replace: `return { type: 'pong', cursor: null, heads: [], more: 1 };`,
  },
  {
    found: 'another end of a socket',
    file: 'socket/server.ts',
    find: 'const remove = this.#heartbeat.add(connection);',
    replace: 'const remove = this.#heartbeat.add(connection); ws.close = () => ws.terminate();',
  },
  {
    found: 'files that are left open',
    file: 'socket/handshake.ts',
    find: `const [path = '', query] =`,
    replace: `process.getBuiltinModule('node:fs').openSync('/dev/null'); const [path = '', query] =`,
  },
];

test('a server with bugs is found out, in each of them', async () => {
  const { findings } = await fuzz({ seed: 1, requests: 2500, frames: 2500, boundMs: 8000 }, BUGS);
  const found = new Set(findings.map(({ oracle }) => oracle));
  expect(BUGS.filter((bug) => !found.has(bug.found)).map((bug) => bug.found)).toEqual([]);
});
