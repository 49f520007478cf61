import { NotApplicable } from '../check.ts';

/** Somebody whom the server knows. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly token: string;
}

/** Where people come from. */
export interface Source {
  /** Those whom many cases share, three at least; the first call makes them. */
  shared(): Promise<readonly Person[]>;
  /** Somebody new, whom no other case knows; undefined where nobody can be made. */
  readonly fresh: (() => Promise<Person>) | undefined;
  /** A token with these claims and, unless they say otherwise, a minute to live; undefined where none can be made. */
  readonly mint: ((claims: Record<string, unknown>, alg?: 'HS256' | 'HS512') => Promise<string>) | undefined;
  /** The same person with a token that lasts a while. */
  renew(person: Person): Promise<Person>;
}

/** Two people whose conversation is one case’s alone for as long as it runs, and somebody who is not in it. */
export interface Trio {
  readonly people: readonly [one: Person, other: Person, outsider: Person];
  release(): void;
}

export interface People {
  trio(): Promise<Trio>;
  /** Others whom the case does not have to itself, and who are not these. */
  others(count: number, besides: readonly Person[]): Promise<Person[]>;
  /** @throws NotApplicable where nobody can be made */
  fresh(): Promise<Person>;
  /** @throws NotApplicable where no tokens can be made */
  mint(claims: Record<string, unknown>, alg?: 'HS256' | 'HS512'): Promise<string>;
}

/** Hands people out. Few are enough: of 8 there are 28 pairs, each with a conversation of its own. */
export function createPeople(source: Source): People {
  let pairs: Promise<Pairs> | undefined;
  const shared = () => (pairs ??= source.shared().then(createPairs));
  return {
    trio: async () => {
      const { take, release, all } = await shared();
      const pair = await take();
      const outsider = all.find((person) => !pair.includes(person));
      if (!outsider) throw new Error('there are not three people');
      const [one, other, third] = await Promise.all(
        [...pair, outsider].map((person) => source.renew(person)),
      );
      if (!one || !other || !third) throw new Error('somebody is missing');
      return { people: [one, other, third], release: () => release(pair) };
    },
    others: async (count, besides) => {
      const known = new Set(besides.map(({ id }) => id));
      const found = (await shared()).all.filter(({ id }) => !known.has(id)).slice(0, count);
      if (found.length < count) throw new NotApplicable(`needs ${count} people besides`);
      return Promise.all(found.map((person) => source.renew(person)));
    },
    fresh: () => {
      if (!source.fresh) throw new NotApplicable('needs somebody new, and no people can be made');
      return source.fresh();
    },
    mint: (claims, alg) => {
      if (!source.mint) throw new NotApplicable('needs tokens of its own: --jwt-secret');
      return source.mint(claims, alg);
    },
  };
}

type Pair = readonly [Person, Person];

interface Pairs {
  readonly all: readonly Person[];
  take(): Promise<Pair>;
  release(pair: Pair): void;
}

/** The pairs of these people; whoever takes one when there is none waits until one is given back. */
function createPairs(all: readonly Person[]): Pairs {
  const free: Pair[] = all.flatMap((one, i) => all.slice(i + 1).map((other): Pair => [one, other]));
  const waiting: ((pair: Pair) => void)[] = [];
  return {
    all,
    take: async () => free.shift() ?? new Promise<Pair>((resolve) => waiting.push(resolve)),
    release: (pair) => {
      const next = waiting.shift();
      if (next) next(pair);
      else free.push(pair);
    },
  };
}
