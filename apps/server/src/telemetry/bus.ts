import { Gauge, type Registry } from '@prometheus-io/client';
import type { BusMeter } from '../events/meter.ts';
import { tally } from './tally.ts';

/** What nodes say to each other; a node that is alone by design has none of it. */
export function busMeter(registry: Registry): (bus: string) => BusMeter {
  const labels = ['bus'] as const;
  const published = tally(registry, {
    name: 'duet_bus_notes_published_total',
    help: 'Notes for other nodes; none while no other is heard.',
    labels,
  });
  const heard = tally(registry, {
    name: 'duet_bus_notes_received_total',
    help: 'Notes of other nodes, their signs of life included.',
    labels,
  });
  const missed = tally(registry, {
    name: 'duet_bus_missed_total',
    help: 'Times that notes of other nodes may have been lost, on which the database is looked into.',
    labels,
  });
  const connected = new Gauge({
    name: 'duet_bus_connected',
    help: '1 while notes of other nodes come here, as far as one can tell, else 0.',
    labelNames: labels,
    registers: [registry],
  });
  const nodes = new Gauge({
    name: 'duet_bus_nodes',
    help: 'Other nodes that were heard of lately.',
    labelNames: labels,
    registers: [registry],
  });
  return (bus) => {
    const cells = { published: published({ bus }), heard: heard({ bus }), missed: missed({ bus }) };
    return {
      published: (notes) => {
        cells.published.value += notes;
      },
      heard: (notes) => {
        cells.heard.value += notes;
      },
      missed: () => {
        cells.missed.value += 1;
      },
      state: (isWell, others) => {
        connected.set({ bus }, isWell ? 1 : 0);
        nodes.set({ bus }, others);
      },
    };
  };
}
