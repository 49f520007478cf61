import { collectDefaultMetrics, Gauge, Registry } from '@prometheus-io/client';
import manifest from '../../package.json' with { type: 'json' };

let registry: Registry | undefined;

/**
 * Event loop, garbage collection, memory, handles: of the process, and so one for all servers in it. The client's collectors cannot be stopped
 * and cost a timer, so they begin when somebody first wants them.
 */
export function processMetrics(): Registry {
  if (registry) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'duet_build_info',
    help: 'Always 1: what is running.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version: manifest.version, node: process.version }, 1);
  return registry;
}
