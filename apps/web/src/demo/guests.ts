import { createRest, DuetError, type Session } from '@duet/sdk';

const url = location.origin;
const { auth } = createRest({ url, getToken: () => null });

const manners =
  'Brave Bright Calm Clever Curious Gentle Happy Kind Lucky Merry Quick Quiet Sunny Swift Warm Wise'.split(
    ' ',
  );
const animals =
  'Badger Bear Crane Deer Falcon Finch Fox Hare Heron Lynx Otter Owl Panda Robin Seal Swan Tiger Wolf'.split(
    ' ',
  );
const TRIES = 5;

export interface Pair {
  readonly sessions: readonly [Session, Session];
  readonly conversationId: string;
}

/** Two people who did not exist before, and a conversation between them. */
export async function makePair(): Promise<Pair> {
  const first = random(animals.length);
  const second = (first + 1 + random(animals.length - 1)) % animals.length;
  const sessions = [await makeGuest(animals[first]), await makeGuest(animals[second])] as const;
  const [{ access }, { user }] = sessions;
  const { conversations } = createRest({ url, getToken: () => access });
  const { id } = await conversations.open({ target_user_id: user.id });
  return { sessions, conversationId: id };
}

async function makeGuest(animal = '', tries = TRIES): Promise<Session> {
  const username = `${manners[random(manners.length)]} ${animal} ${100 + random(900)}`;
  const password = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join(
    '-',
  );
  try {
    return await auth.register({ username, password });
  } catch (error) {
    if (error instanceof DuetError && error.code === 'username_taken' && tries > 1)
      return makeGuest(animal, tries - 1);
    throw error;
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
