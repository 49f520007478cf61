import { errors } from '@duet/contract';
import { Gauge, type Registry } from '@prometheus-io/client';
import type { SocketKind, SocketMeter } from '../socket/meter.ts';
import { cellsBy, tally } from './tally.ts';

/** What peers close with, lawfully or when they are gone; any other number is theirs to choose, and all those are one. */
const PEERS_CODES = [1000, 1001, 1002, 1005, 1006];
const CLOSE_CODES: ReadonlySet<number> = new Set([
  ...PEERS_CODES,
  ...Object.values(errors).flatMap((row) => ('close' in row ? row.close : [])),
]);

/** Sockets and their frames, and what the order of a room has to wait for. */
export function socketMeter(registry: Registry, failed: (cause: unknown) => void): SocketMeter {
  const open: Record<SocketKind, number> = { conversation: 0, inbox: 0 };
  const gauge = new Gauge({
    name: 'duet_sockets_open',
    help: 'Sockets that are open and whose person is known, by kind.',
    labelNames: ['kind'],
    registers: [registry],
    collect: () => {
      for (const [kind, value] of Object.entries(open)) gauge.set({ kind }, value);
    },
  });
  const byKind = (name: string, help: string, label: string) => {
    const make = tally(registry, { name, help, labels: ['kind', label] });
    const of = (kind: SocketKind) => cellsBy((value) => make({ kind, [label]: value }));
    const cells = { conversation: of('conversation'), inbox: of('inbox') };
    return (kind: SocketKind, value: string) => {
      cells[kind](value).value += 1;
    };
  };
  const by = (name: string, help: string, label: string) => {
    const make = tally(registry, { name, help, labels: [label] });
    const cells = cellsBy((value) => make({ [label]: value }));
    return (value: string) => {
      cells(value).value += 1;
    };
  };
  const plain = (name: string, help: string) => tally(registry, { name, help })({});
  const openings = by('duet_sockets_opened_total', 'Sockets that were opened, by kind.', 'kind');
  const closings = byKind('duet_sockets_closed_total', 'Sockets that were closed, by close code.', 'code');
  const refusals = byKind(
    'duet_socket_refusals_total',
    'Sockets that were refused before they were open, by error code.',
    'code',
  );
  const received = byKind('duet_socket_frames_received_total', 'Frames of clients, by type.', 'type');
  const frameRefusals = byKind(
    'duet_socket_frames_refused_total',
    'Frames of clients that were refused, by error code.',
    'code',
  );
  const made = by(
    'duet_socket_frames_made_total',
    'Frames serialised, once for however many sockets, by type.',
    'type',
  );
  const written = plain('duet_socket_frames_written_total', 'Frames that went out, counted at each socket.');
  const endings = by(
    'duet_sockets_ended_total',
    'Sockets that the server ended, by error code, or `no_pong`.',
    'reason',
  );
  const held = plain(
    'duet_order_held_back_total',
    'Messages that overtook another one and were held back behind the hole.',
  );
  const repaired = plain(
    'duet_order_repaired_total',
    'Messages read from the database, because they did not come by themselves.',
  );
  const reconciled = by(
    'duet_reconciliations_total',
    'Looks into the database for what other nodes may have said in vain, by outcome.',
    'outcome',
  );
  const madeUp = plain(
    'duet_reconciled_conversations_total',
    'Conversations that inboxes were told of only then.',
  );
  return {
    opened: (kind) => {
      open[kind] += 1;
      openings(kind);
    },
    closed: (kind, code) => {
      open[kind] -= 1;
      closings(kind, CLOSE_CODES.has(code) ? String(code) : 'other');
    },
    handshakeRefused: refusals,
    frameReceived: received,
    frameRefused: frameRefusals,
    frameMade: made,
    frameWritten: () => {
      written.value += 1;
    },
    ended: endings,
    heldBack: () => {
      held.value += 1;
    },
    repaired: (messages) => {
      repaired.value += messages;
    },
    reconciled,
    madeUp: (conversations) => {
      madeUp.value += conversations;
    },
    failed,
  };
}
