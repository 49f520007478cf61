import { isIP } from 'node:net';
import ip from 'ipaddr.js';

/** Whether pages of this origin may call: REST, /trpc and sockets alike. */
export type MayCall = (origin: string) => boolean;

/** The origins that `CORS_ORIGINS` names, or those of this machine. */
export type CorsOrigins = readonly string[] | 'loopback';

/** Every page may. */
export const anyPage: MayCall = () => true;

export function mayCallFrom(origins: CorsOrigins): MayCall {
  if (origins === 'loopback') return isLoopbackOrigin;
  if (origins.includes('*')) return anyPage;
  const named = new Set(origins);
  return (origin) => named.has(origin);
}

/** @param host a name or an address, as `HOST` has it */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && ip.parse(host).range() === 'loopback');
}

/**
 * A page of this machine: http or https, any port. The origin must be written as browsers write it. A name that merely
 * resolves to this machine is not enough, for anybody can have one (DNS rebinding).
 */
function isLoopbackOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  if (url?.origin !== origin || !/^https?:$/.test(url.protocol)) return false;
  const host = url.hostname.replace(/^\[(.+)\]$/, '$1');
  return /^[^.].*\.localhost$/.test(host) || isLoopbackHost(host);
}
