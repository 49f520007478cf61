import { Histogram, type Registry } from '@prometheus-io/client';
import type { DomainMeter, Fallback, PageBounds, SendOutcome, SyncKind } from '../domain/meter.ts';
import { cellsBy, tally } from './tally.ts';

const OUTCOMES: readonly SendOutcome[] = [
  'created',
  'repeated',
  'retried',
  'conflict',
  'not_found',
  'not_participant',
  'busy',
];
const FALLBACKS: readonly Fallback[] = ['unknown_sender', 'stored_before'];
const SYNCS: readonly SyncKind[] = ['fresh', 'changes', 'reset'];
const BOUNDS: readonly PageBounds[] = ['none', 'before', 'after', 'both'];

/** Sends and their batches, read markers, and how clients catch up. */
export function domainMeter(registry: Registry, failed: (cause: unknown) => void): DomainMeter {
  const registers = [registry];
  const sends = tally(registry, {
    name: 'duet_messages_total',
    help: 'Messages sent, through REST, tRPC and sockets, by what became of them.',
    labels: ['outcome'],
  });
  const sizes = new Histogram({
    name: 'duet_batch_messages',
    help: 'Messages stored by one statement.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const commits = new Histogram({
    name: 'duet_batch_commit_seconds',
    help: 'How long it took to store and commit a batch.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const failures = tally(registry, {
    name: 'duet_batch_failures_total',
    help: 'Tries to store a batch that failed; most are tried again.',
  })({});
  const fallbacks = tally(registry, {
    name: 'duet_batch_fallbacks_total',
    help: 'Batches that went through the statement that looks first, by why.',
    labels: ['reason'],
  });
  const markers = tally(registry, {
    name: 'duet_read_markers_total',
    help: 'Read markers set, by whether that moved them.',
    labels: ['moved'],
  });
  const syncs = tally(registry, {
    name: 'duet_syncs_total',
    help: 'Syncs of inboxes: without a cursor, the changes since one, or a snapshot in spite of one.',
    labels: ['kind'],
  });
  const pages = tally(registry, {
    name: 'duet_history_pages_total',
    help: 'Pages of history read, by the bounds that the client named.',
    labels: ['bounds'],
  });
  const [sent, fellBack, synced, read] = [
    cellsBy((outcome) => sends({ outcome }), OUTCOMES),
    cellsBy((reason) => fallbacks({ reason }), FALLBACKS),
    cellsBy((kind) => syncs({ kind }), SYNCS),
    cellsBy((bounds) => pages({ bounds }), BOUNDS),
  ];
  const [moved, stayed] = [markers({ moved: 'true' }), markers({ moved: 'false' })];
  return {
    sent: (outcome) => {
      sent(outcome).value += 1;
    },
    batchCommitted: (messages, seconds) => {
      sizes.observe(messages);
      commits.observe(seconds);
    },
    batchFailed: (cause) => {
      failures.value += 1;
      failed(cause);
    },
    fellBack: (why) => {
      fellBack(why).value += 1;
    },
    readMarked: (hasMoved) => {
      (hasMoved ? moved : stayed).value += 1;
    },
    synced: (kind) => {
      synced(kind).value += 1;
    },
    pageRead: (bounds) => {
      read(bounds).value += 1;
    },
  };
}
