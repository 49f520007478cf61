import type { Me } from './world.ts';

/** What came back: an answer, or nothing that tells whether it was done. */
export type Answer =
  | { readonly status: number; readonly body: unknown }
  | { readonly status: undefined; readonly lost: string };

const TIMEOUT_MS = 4000;

/** One request, through whichever server chance picks. */
export async function request(me: Me, method: string, path: string, body?: unknown): Promise<Answer> {
  const port = me.random.pick(me.world.ports);
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { Authorization: `Bearer ${me.token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    return { status: undefined, lost: error instanceof Error ? error.name : String(error) };
  }
}

/** Whether the same may succeed later (PROTOCOL 5): no answer, too much at once, a fault of the server. */
export function mayRetry({ status }: Answer): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** An answer in a few words, for the history. */
export function told(answer: Answer): string {
  if (answer.status === undefined) return answer.lost;
  const { body } = answer;
  const code = typeof body === 'object' && body !== null && 'code' in body ? ` ${body.code}` : '';
  return `${answer.status}${code}`;
}
