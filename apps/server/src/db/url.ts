import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

/** What a `postgres://` URL says (libpq, Connection URIs and Parameter Key Words). */
export interface DatabaseTarget {
  /** Tried in this order; a folder stands for the socket in it. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  readonly ssl: boolean | 'prefer' | 'require' | (ConnectionOptions & { readonly optional?: true });
  /** Seconds without a word after which the system asks whether the other side is there; null: it does not. */
  readonly keepAliveSeconds: number | null | undefined;
  readonly connectTimeoutSeconds: number | undefined;
  readonly targetSessionAttributes: TargetSessionAttributes | undefined;
  readonly applicationName: string | undefined;
  /** For the server: `-c name=value …`. */
  readonly options: string | undefined;
}

type TargetSessionAttributes = 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby';

/** Says what is wrong with a URL, without its secrets. */
export class DatabaseUrlError extends Error {}

const URI = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** Ask for what the driver does anyway, or for what it cannot do; a value that is not here is refused. */
const WITHOUT_EFFECT: Record<string, RegExp> = {
  channel_binding: /^(prefer|disable)$/,
  gssencmode: /^(prefer|disable)$/,
  client_encoding: /^(utf-?8|auto)$/i,
  sslcompression: /^0$/,
  krbsrvname: /^/,
  keepalives_interval: /^\d+$/,
  keepalives_count: /^\d+$/,
  tcp_user_timeout: /^\d+$/,
  load_balance_hosts: /^disable$/,
};
const KNOWN = new Set([
  ...Object.keys(WITHOUT_EFFECT),
  ...[
    'host',
    'port',
    'dbname',
    'user',
    'password',
    'application_name',
    'fallback_application_name',
    'options',
  ],
  ...['connect_timeout', 'keepalives', 'keepalives_idle', 'target_session_attrs', 'search_path'],
  ...['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey'],
]);
const TARGETS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'];

const parsed = new Map<string, DatabaseTarget>();

/**
 * Parses a URL in the forms that libpq takes.
 * @throws DatabaseUrlError naming the part that is wrong or not known
 */
export function parseDatabaseUrl(url: string): DatabaseTarget {
  const known = parsed.get(url);
  if (known) return known;
  const target = parse(url);
  parsed.set(url, target); // there are one or two, and each connection asks
  return target;
}

/**
 * A database's URL with the schema that is Duet's in it, so that all connections have it.
 * @param schema undefined: the first of the role's own `search_path`
 */
export function withSchema(databaseUrl: string, schema: string | undefined): string {
  if (schema === undefined) return databaseUrl;
  return `${databaseUrl}${databaseUrl.includes('?') ? '&' : '?'}search_path=${schema}`;
}

/** The schema that `withSchema` put into a URL. */
export function schemaIn(databaseUrl: string): string | undefined {
  return /[?&]search_path=(\w+)$/.exec(databaseUrl)?.[1];
}

function parse(url: string): DatabaseTarget {
  const match = URI.exec(url);
  if (!match) throw new DatabaseUrlError('must be a postgres:// URL');
  const [, credentials, authority = '', path = '', query = ''] = match;
  const parameters = parametersIn(query);
  const [, user, password] = /^([^:]*)(?::(.*))?$/s.exec(credentials ?? '') ?? [];
  const database = parameters.get('dbname') ?? decoded(path);
  // Without one the driver would take the database of whoever runs the server.
  if (database === '') throw new DatabaseUrlError('must name a database');
  const target = parameters.get('target_session_attrs');
  if (target !== undefined && !TARGETS.includes(target)) throw unknownValue('target_session_attrs');
  const search = parameters.get('search_path');
  const options = [parameters.get('options'), search && `-c search_path=${search}`].filter(Boolean).join(' ');
  return {
    hosts: hostsIn(authority, parameters),
    user: parameters.get('user') ?? (user ? decoded(user) : undefined),
    password: parameters.get('password') ?? (password ? decoded(password) : undefined),
    database,
    ssl: sslIn(parameters),
    keepAliveSeconds: parameters.get('keepalives') === '0' ? null : secondsIn(parameters, 'keepalives_idle'),
    connectTimeoutSeconds: secondsIn(parameters, 'connect_timeout'),
    targetSessionAttributes: isTarget(target) ? target : undefined,
    applicationName: parameters.get('application_name') ?? parameters.get('fallback_application_name'),
    options: options || undefined,
  };
}

/**
 * The settings in what libpq calls `options`, as a server splits them (`pg_split_opts`): a backslash stands before what is part of a value.
 * @throws DatabaseUrlError for anything but settings
 */
export function settingsIn(options: string): Record<string, string> {
  const words = [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replace(/\\(.)/gs, '$1'));
  const settings: Record<string, string> = {};
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const text = word === '-c' ? words.shift() : /^(?:-c|--)(?=.)(.*)$/s.exec(word)?.[1];
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text ?? '') ?? [];
    if (name === undefined || value === undefined)
      throw new DatabaseUrlError('options: only settings (-c name=value) can be kept through a pooler');
    settings[name.replaceAll('-', '_')] = value;
  }
  return settings;
}

function isTarget(value: string | undefined): value is TargetSessionAttributes {
  return value !== undefined && value !== 'any';
}

function parametersIn(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of query.split('&').filter(Boolean)) {
    const [name = '', value = ''] = part.split(/=(.*)/s).map(decoded);
    if (!KNOWN.has(name)) throw new DatabaseUrlError(`the parameter ${JSON.stringify(name)} is not known`);
    if (WITHOUT_EFFECT[name]?.test(value) === false) throw unknownValue(name);
    parameters.set(name, value);
  }
  return parameters;
}

function hostsIn(authority: string, parameters: Map<string, string>): DatabaseTarget['hosts'] {
  const ports = parameters.get('port')?.split(',') ?? [];
  const named =
    parameters
      .get('host')
      ?.split(',')
      .map((host) => ({ host, port: '' })) ?? authority.split(',').map(hostAndPort);
  return named.map(({ host, port }, i) => ({
    host: host || 'localhost',
    port: portOf(port || ports[i] || ports[0] || '5432'),
  }));
}

function hostAndPort(text: string): { host: string; port: string } {
  const [, address, name, port = ''] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]]*))(?::(\d*))?$/.exec(text) ?? [];
  if (address === undefined && name === undefined)
    throw new DatabaseUrlError('has a host or a port that cannot be read');
  return { host: address ?? decoded(name ?? ''), port };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new DatabaseUrlError('has a port that is none');
  return port;
}

function secondsIn(parameters: Map<string, string>, name: string): number | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  if (!/^\d{1,6}$/.test(value)) throw unknownValue(name);
  return Number(value) || undefined;
}

/** libpq, Protection Provided in Different Modes. */
function sslIn(parameters: Map<string, string>): DatabaseTarget['ssl'] {
  const root = parameters.get('sslrootcert');
  const mode =
    parameters.get('sslmode') ??
    modeOf(parameters.get('ssl')) ??
    (root === 'system' ? 'verify-full' : undefined);
  const files = {
    ...(root !== undefined && root !== 'system' && { ca: fileIn('sslrootcert', root) }),
    ...(parameters.has('sslcert') && { cert: fileIn('sslcert', parameters.get('sslcert') ?? '') }),
    ...(parameters.has('sslkey') && { key: fileIn('sslkey', parameters.get('sslkey') ?? '') }),
  };
  switch (mode) {
    case undefined:
    case 'disable':
      return false;
    case 'allow':
    case 'prefer':
      return Object.keys(files).length > 0
        ? { ...files, rejectUnauthorized: false, optional: true }
        : 'prefer';
    case 'require':
      // With a root certificate it is as good as `verify-ca`.
      if (files.ca === undefined)
        return Object.keys(files).length > 0 ? { ...files, rejectUnauthorized: false } : 'require';
      return { ...files, checkServerIdentity: () => undefined };
    case 'verify-ca':
      return { ...files, checkServerIdentity: () => undefined };
    case 'verify-full':
      return files;
    default:
      throw unknownValue('sslmode');
  }
}

/** As other drivers have it: `ssl=true`. */
function modeOf(ssl: string | undefined): string | undefined {
  if (ssl === undefined) return undefined;
  return { true: 'require', '1': 'require', false: 'disable', '0': 'disable' }[ssl] ?? ssl;
}

function fileIn(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DatabaseUrlError(`${name}: the file cannot be read`, { cause });
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new DatabaseUrlError('has a percent sign that stands for nothing; write it as %25', { cause });
  }
}

const unknownValue = (name: string) =>
  new DatabaseUrlError(`${name} has a value that is not known, or cannot be met`);
