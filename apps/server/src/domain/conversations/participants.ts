import type { UserPair } from '../../events/events.ts';
import { Kept } from '../kept.ts';

const MAX_KEPT = 50_000;

/** Who takes part in the conversations that were lately used here. That never changes, so what is known needs no second look. */
export class Participants extends Kept<UserPair> {
  constructor() {
    super(MAX_KEPT);
  }
}
