import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import ip from 'ipaddr.js';

/** Whether what an address says about the one before it is believed; `hop` counts from 0, the address that is connected here. */
export type Trust = (address: string, hop: number) => boolean;

/**
 * @param proxies how many there are in front, or their addresses and networks with commas between
 * @throws TypeError when it is neither
 */
export function trustIn(proxies: string): Trust {
  if (/^\d+$/.test(proxies)) return (_, hop) => hop < Number(proxies);
  const trusts = proxyAddress.compile(proxies.split(',').map((proxy) => proxy.trim()));
  return (address, hop) => trusts(withoutPort(address), hop);
}

/** Believes nobody. */
export const noTrust: Trust = () => false;

/** The address that asks to open a socket; `X-Forwarded-For` counts as far as its writers are trusted. Fastify has the same as `request.ip`. */
export function clientOf(request: IncomingMessage, trust: Trust): string | undefined {
  return proxyAddress(request, trust);
}

/** The networks of addresses that were there lately; a connection asks for each of its requests. */
const known = new Map<string, string>();
const MAX_KNOWN = 1000;
/** Of an address as people write it; a proxy's header may hold anything, which nobody keeps. */
const MAX_LENGTH = 64;

/**
 * What limits count an address as: itself, or the /64 of an IPv6 address, of which one household or one machine has all.
 * @param address undefined when its connection is gone meanwhile; a proxy may also say nonsense
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  let network = known.get(address);
  if (network === undefined) {
    network = parse(address);
    if (address.length > MAX_LENGTH) return network;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(address, network);
  }
  return network;
}

/** Some proxies write the client's port, too: `192.0.2.1:5678`, and `[2001:db8::1]:5678` or without a port as RFC 7239 has it. */
function withoutPort(address: string): string {
  const [, bracketed, plain] = /^\[([\da-f:.]+)\](?::\d+)?$|^((?:\d+\.){3}\d+):\d+$/i.exec(address) ?? [];
  return bracketed ?? plain ?? address;
}

function parse(written: string): string {
  const address = withoutPort(written);
  if (!ip.isValid(address)) return 'unknown';
  const parsed = ip.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${Buffer.from(parsed.toByteArray().slice(0, 8)).toString('hex')}/64`;
}
