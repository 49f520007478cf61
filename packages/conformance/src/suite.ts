import { operations } from '@duet/contract';
import type { Section } from './case.ts';
import { sections } from './cases/sections.ts';
import { Failure } from './check.ts';
import { startDeadline } from './deadline.ts';
import { type Options, UsageError } from './options.ts';
import { accounts } from './people/accounts.ts';
import { createPeople, type Source } from './people/people.ts';
import { secret } from './people/secret.ts';
import { tokens } from './people/tokens.ts';
import { type Result, runCases } from './run.ts';
import { causeOf, createRequest, type Request } from './wire/http.ts';
import { createTarget, type Target } from './wire/target.ts';

/** A server that cannot be checked at all. */
export class Unreachable extends Error {}

/** What a request may take besides the patience, which ends it with a better word. */
const SLACK_MS = 1000;

/** Checks a server; the results come in the order of the protocol. @throws Unreachable, UsageError */
export async function checkServer(options: Options): Promise<Result[]> {
  const { urls, patienceMs, only } = options;
  const chosen = choose(sections, only);
  const target = createTarget(urls, patienceMs);
  await Promise.all(urls.map((url) => reach(url, patienceMs)));
  const request = outsideOfCases(target);
  const hasAccounts = await findAccounts(request);
  const people = createPeople(sourceOf(options, request, hasAccounts));
  return runCases(chosen, { target, people, hasAccounts });
}

/** Requests that are no case's: each has its own time. */
function outsideOfCases(target: Target): Request {
  return async (...given) => {
    const deadline = startDeadline(target.patienceMs + SLACK_MS);
    try {
      return await createRequest(target, deadline)(...given);
    } finally {
      deadline.end();
    }
  };
}

/** The sections, each with those of its cases that are asked for; without a wish all of them. */
function choose(all: readonly Section[], only: readonly string[]): readonly Section[] {
  if (only.length === 0) return all;
  const wanted = (id: string) => only.some((part) => id === part || id.startsWith(`${part}.`));
  for (const part of only) {
    const isThere = ({ cases }: Section) => cases.some(({ id }) => id === part || id.startsWith(`${part}.`));
    if (!all.some(isThere)) throw new UsageError(`--only: no case is numbered ${part}`);
  }
  return all.map((section) => ({ ...section, cases: section.cases.filter(({ id }) => wanted(id)) }));
}

async function reach(url: string, patienceMs: number): Promise<void> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs) });
    await answer.body?.cancel();
  } catch (error) {
    throw new Unreachable(`no server answers at ${url}: ${causeOf(error)}`);
  }
}

/** Local accounts are there when a registration without anything in it is wrong, and not nowhere (PROTOCOL 3.8). */
async function findAccounts(request: Request): Promise<boolean> {
  try {
    return (await request('POST', operations.auth.register.path, { json: {} })).status !== 404;
  } catch (error) {
    if (error instanceof Failure) throw new Unreachable(`${error.message} gets no answer: ${error.came}`);
    throw error;
  }
}

function sourceOf({ jwtSecret, tokens: ready }: Options, request: Request, hasAccounts: boolean): Source {
  if (jwtSecret !== undefined) return secret(request, jwtSecret);
  if (ready) return tokens(request, ready);
  if (hasAccounts) return accounts(request);
  throw new UsageError('the server has no local accounts: give it people with --jwt-secret or --tokens');
}
