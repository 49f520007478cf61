import { Registry } from '@prometheus-io/client';
import type { DomainMeter } from '../domain/meter.ts';
import type { BusMeter } from '../events/meter.ts';
import type { HttpMeter } from '../rest/meter.ts';
import type { SocketMeter } from '../socket/meter.ts';
import { type CountRefusals, countRefusals } from './authentication.ts';
import { busMeter } from './bus.ts';
import { databaseErrors } from './database.ts';
import { domainMeter } from './domain.ts';
import { httpMeter } from './http.ts';
import { type Probes, watchProbes } from './probes.ts';
import { processMetrics } from './process.ts';
import { socketMeter } from './socket.ts';

/** All that one server counts. */
export interface Metrics {
  readonly domain: DomainMeter;
  readonly http: HttpMeter;
  readonly socket: SocketMeter;
  readonly busOf: (bus: string) => BusMeter;
  readonly counted: CountRefusals;
  /** Everything in Prometheus' text form. @param probes looked at whenever it is read */
  readonly expose: (probes: Probes) => { contentType: string; read: () => Promise<string> };
}

/** A registry of its own for each server: several may run in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const failed = databaseErrors(registry);
  return {
    domain: domainMeter(registry, failed),
    http: httpMeter(registry, failed),
    socket: socketMeter(registry, failed),
    busOf: busMeter(registry),
    counted: countRefusals(registry),
    expose: (probes) => {
      watchProbes(registry, probes);
      const all = Registry.merge([registry, processMetrics()]);
      return { contentType: all.contentType, read: () => all.metrics() };
    },
  };
}
