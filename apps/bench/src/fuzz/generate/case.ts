import type { ApiDocument } from '../document.ts';
import { randomOf } from '../random.ts';
import type { World } from '../world.ts';
import { hostileBytes } from './bytes.ts';
import { hostile } from './hostile.ts';
import { nearlyValid } from './near.ts';
import type { Bytes, Request } from './request.ts';
import { draftsFor, trpcCall } from './trpc.ts';
import { draftOf, requestOf } from './valid.ts';

/** The request of this number: its seed and number are all that decides, but for what the run gave its people for ids and tokens. */
export async function requestAt(
  { operations }: ApiDocument,
  world: World,
  seed: number,
  index: number,
): Promise<Request | Bytes> {
  const random = randomOf(seed, 'request', index);
  if (random.chance(0.12)) return trpcCall(draftsFor(operations, world, random, index), random, index);
  const kind = random.below(3);
  if (kind === 2 && random.chance(0.3)) return hostileBytes(world, random);
  const draft = draftOf(operations, world, random, index);
  if (kind === 0) return requestOf(draft, index);
  return kind === 1 ? nearlyValid(draft, index, random) : hostile(draft, world, random, index);
}
