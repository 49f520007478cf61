/** So much, in a window of so many seconds that begins with the first. */
export interface Limit {
  readonly of: 'user' | 'address' | 'name';
  readonly points: number;
  readonly seconds: number;
}

/**
 * The one table of how much somebody may do (PROTOCOL 3.11), generous to people. An address may be that of a whole office, so its limits hold for many
 * people, and nothing that a user's limit bounds is limited tightly by address.
 */
export const LIMITS = {
  /** Messages, through REST or sockets, repeated ones included: 20 a second, and 100 at once. */
  send: { of: 'user', points: 100, seconds: 5 },
  open: { of: 'user', points: 60, seconds: 60 },
  search: { of: 'user', points: 120, seconds: 60 },
  /** Adding up all the conversations of somebody. */
  unread: { of: 'user', points: 120, seconds: 60 },
  /** Of a service: a hundred people each. */
  provision: { of: 'user', points: 100, seconds: 10 },
  /** Every other operation. */
  request: { of: 'user', points: 600, seconds: 10 },
  sync: { of: 'user', points: 120, seconds: 60 },
  /** Every other frame, whatever is wrong with it. */
  frame: { of: 'user', points: 300, seconds: 10 },
  /** Everything that comes through HTTP, sockets' handshakes included. */
  traffic: { of: 'address', points: 3000, seconds: 10 },
  /** Sockets being opened. */
  socket: { of: 'address', points: 2000, seconds: 60 },
  signIn: { of: 'address', points: 30, seconds: 60 },
  /** "Try it with two people" takes two. */
  register: { of: 'address', points: 60, seconds: 60 },
  /** Refreshing a session, and ending one. */
  session: { of: 'address', points: 300, seconds: 60 },
  /** Wrong passwords for a name from one address. */
  wrongPassword: { of: 'name', points: 10, seconds: 300 },
  /** Wrong passwords for a name from all addresses but those from which its owner has signed in before. */
  wrongPasswordAnywhere: { of: 'name', points: 100, seconds: 3600 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** How many sockets there may be at once, on one node. */
export const SOCKETS = {
  ofUser: 50,
  ofAddress: 1000,
  /** Sockets that have not said yet who they are. */
  strangersOfAddress: 200,
} as const;

export type SocketLimits = { readonly [K in keyof typeof SOCKETS]: number };
