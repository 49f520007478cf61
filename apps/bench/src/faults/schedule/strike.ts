import type { Deployment } from '../deployment/deployment.ts';
import type { Mortal } from '../deployment/mortal.ts';
import type { Link } from '../network/link.ts';
import type { FaultProxy } from '../network/proxy.ts';
import type { Random } from '../random.ts';
import type { Fault } from './faults.ts';

/** What was done: where, and how often. */
export interface Struck {
  readonly place: string;
  /** Resolves when a fault that has to be waited for is over. */
  readonly over?: Promise<void>;
}

/** Does one fault. @param onLost told of every answer that did not arrive @returns undefined when there was nothing to do it to */
export function strike(
  deployment: Deployment,
  fault: Fault,
  random: Random,
  onLost: () => void,
): Struck | undefined {
  switch (fault.kind) {
    case 'kill server':
      return kill(deployment.servers[fault.index % deployment.servers.length]);
    case 'kill postgres':
      return kill(deployment.postgres);
    case 'kill nats':
      return kill(deployment.nats);
    case 'pause server': {
      const server = deployment.servers[fault.index % deployment.servers.length];
      return server && { place: server.name, over: server.pause(fault.forMs) };
    }
    default:
      return disturb(proxyOf(deployment, fault), fault, random, onLost);
  }
}

function kill(process: Mortal | undefined): Struck | undefined {
  return process && { place: process.name, over: process.kill() };
}

function proxyOf(deployment: Deployment, { side, index }: Fault): FaultProxy | undefined {
  const proxies = side === 'clients' ? [...deployment.clients, deployment.balancer] : deployment[side];
  return proxies[index % proxies.length];
}

function disturb(
  proxy: FaultProxy | undefined,
  fault: Fault,
  random: Random,
  onLost: () => void,
): Struck | undefined {
  if (!proxy || proxy.links.size === 0) return undefined;
  const { kind, forMs, byMs, direction, percent } = fault;
  const some = [...proxy.links].filter(() => random.next() * 100 < percent);
  const links: Iterable<Link> = some.length > 0 ? some : [random.pick([...proxy.links])];
  if (kind === 'cut off') proxy.cutOff(forMs);
  else
    for (const link of links) {
      if (kind === 'cut') link.cut();
      else if (kind === 'delay') link.delay(byMs, forMs);
      else if (kind === 'half-open') link.swallow(direction, forMs);
      else link.loseAnswer(onLost);
    }
  return { place: proxy.name };
}
