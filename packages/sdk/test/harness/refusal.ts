import { DuetError } from '../../src/index.ts';

/** The error that a call must end in. */
export async function refusal(call: Promise<unknown>): Promise<DuetError> {
  const error = await call.catch((reason: unknown) => reason);
  if (!(error instanceof DuetError)) throw new Error(`no DuetError: ${error}`);
  return error;
}
