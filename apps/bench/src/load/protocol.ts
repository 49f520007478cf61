import { z } from 'zod';

// What the run and its generator processes say to each other.

const member = z.object({
  id: z.string(),
  token: z.string(),
  port: z.number(),
  address: z.string().optional(),
});

/** A conversation and its two sides. */
export const planned = z.object({ conversationId: z.string(), users: z.tuple([member, member]) });

export const pace = z.union([
  z.object({ kind: z.literal('closed'), inFlight: z.number(), senders: z.enum(['both', 'one']) }),
  z.object({ kind: z.literal('open'), perSecond: z.number() }),
]);

export const command = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('connect'),
    dialect: z.enum(['duet', 'duet.v1', 'relay', 'socket.io']),
    pairs: z.array(planned),
  }),
  z.object({ do: z.literal('send'), pace }),
  z.object({
    do: z.literal('request'),
    port: z.number(),
    connections: z.number(),
    requests: z.array(z.string()),
    /** The status that every answer must have. */
    status: z.number(),
  }),
  z.object({ do: z.literal('begin') }),
  z.object({ do: z.literal('end') }),
  z.object({ do: z.literal('drain'), patienceMs: z.number() }),
]);
export type Command = z.infer<typeof command>;

const pairs = z.array(z.tuple([z.number(), z.number()]));

/** What came between `begin` and `end`. */
export const interval = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  /** Messages that both sides have, or answers. */
  completed: z.number(),
  /** What a quantile is read from, in buckets: see `measure/histogram.ts`. */
  latency: pairs,
  lag: pairs,
});
export type Interval = z.infer<typeof interval>;

/** What became of everything since the processes were started. */
export const outcome = z.object({
  sent: z.number(),
  /** Came to both sides, or were answered. */
  acknowledged: z.number(),
  /** Never came to its sender or its peer. */
  missing: z.number(),
  doubled: z.number(),
  /** Came after a later one of the same sender. */
  disordered: z.number(),
  /** `seq` was not the one after the last. */
  holes: z.number(),
  faults: z.number(),
  samples: z.array(z.string()),
});
export type Outcome = z.infer<typeof outcome>;

export const reply = z.object({
  error: z.string().optional(),
  interval: interval.optional(),
  outcome: outcome.optional(),
});
export type Reply = z.infer<typeof reply>;
