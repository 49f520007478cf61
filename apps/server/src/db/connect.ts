import { connect as connectSocket, type Socket } from 'node:net';
import postgres from 'postgres';
import { type DatabaseTarget, DatabaseUrlError, parseDatabaseUrl, settingsIn } from './url.ts';

/** A new connection that takes longer is given up. */
const CONNECT_TIMEOUT_S = 3;
/**
 * How long after a failure a connection is tried again, in seconds: nobody waits much longer for a database than it was away. The driver counts all of a
 * pool together, so one reset of ten is ten failures.
 */
const backoff = (failures: number) => Math.min(0.02 * failures, 1);

/**
 * What a database or a role may have other defaults for, and a node relies on: how values are written, what transactions see, and that no limit but a node's
 * own ends a statement. But not whether it may write: `default_transaction_read_only` is how operators keep writers away.
 */
const SESSION = {
  bytea_output: 'hex',
  DateStyle: 'ISO,MDY',
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read committed',
  extra_float_digits: '1',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  IntervalStyle: 'postgres',
  lock_timeout: '0',
  standard_conforming_strings: 'on',
  statement_timeout: '0',
  TimeZone: 'UTC',
};
/** As `options` of libpq: as parameters of their own, the driver would leave out what is 0. Those count before these. */
const SESSION_OPTIONS = Object.entries(SESSION)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', String.raw`\ `)}`)
  .join(' ');

/** What answers at the URL of a database; see `find-server.ts`. */
export interface DatabaseServer {
  readonly url: string;
  /**
   * Undefined: PostgreSQL itself. Through a pooler the next transaction may be in another session, with what others left there: so nothing is left to a
   * session, not even the role's own `search_path`.
   */
  readonly pooled: { readonly searchPath: string } | undefined;
}

type Options = postgres.Options<Record<string, postgres.PostgresType>>;

/**
 * Connections to PostgreSQL, made when they are needed. Settings go with the start of each; through a pooler, which takes none there, with each transaction,
 * and no statement has a name. They do not ask for the types of arrays: the driver lets that question's failure end the
 * process, when a connection is ended as soon as it was made. So arrays go as texts: see `array-of.ts`.
 * @throws DatabaseUrlError
 */
export function connect({ url, pooled }: DatabaseServer, options: Options): postgres.Sql {
  const target = parseDatabaseUrl(url);
  if (!pooled) {
    const atStart = { options: [target.options, SESSION_OPTIONS].filter(Boolean).join(' ') };
    return open(target, { ...options, connection: { ...options.connection, ...atStart } });
  }
  const settings = {
    search_path: pooled.searchPath,
    ...settingsIn(target.options ?? ''),
    ...SESSION,
    ...options.connection,
  };
  return open(target, { ...options, connection: {}, prepare: false }, pinsOf(settings));
}

/** @param pins go before the first statement of each transaction */
function open(target: DatabaseTarget, options: Options, pins?: readonly string[]): postgres.Sql {
  const [first] = target.hosts;
  if (!first) throw new DatabaseUrlError('has no host');
  const ours = {
    database: target.database,
    ssl: target.ssl,
    connect_timeout: target.connectTimeoutSeconds ?? CONNECT_TIMEOUT_S,
    ...(target.user !== undefined && { user: target.user }),
    ...(target.password !== undefined && { password: target.password }),
    ...(target.keepAliveSeconds !== undefined && { keep_alive: target.keepAliveSeconds }),
    ...(target.targetSessionAttributes && { target_session_attrs: target.targetSessionAttributes }),
    backoff,
    onnotice: () => {},
    fetch_types: false,
    ...options,
    connection: { application_name: target.applicationName ?? 'duet', ...options.connection },
  };
  // What the driver's types do not know; it connects through the socket, and names the host in errors.
  const unknown = {
    host: [first.host],
    port: [first.port],
    hosts: target.hosts.length,
    socket: socketTo(target),
    pin: pins ?? null,
  };
  return postgres(Object.assign(ours, unknown));
}

/** Statements that make a transaction independent of its session, to be sent with its first one. */
function pinsOf(settings: Record<string, unknown>): string[] {
  const set = Object.entries(settings).map(
    ([name, value]) => `set_config(${literal(name)}, ${literal(String(value))}, true)`,
  );
  // The isolation has to be set before anything is read.
  return [
    `set transaction_isolation = ${literal(SESSION.default_transaction_isolation)}`,
    `select ${set.join(', ')}`,
  ];
}

/** A text that reads the same whatever `standard_conforming_strings` says. */
function literal(text: string): string {
  return `E'${text.replace(/['\\]/g, String.raw`\$&`)}'`;
}

/** Makes what the driver connects through. */
function socketTo({
  hosts,
  targetSessionAttributes,
}: DatabaseTarget): (unwanted: number) => Socket | Promise<Socket> {
  const [only, ...others] = hosts;
  if (!only) throw new DatabaseUrlError('has no host');
  if (others.length === 0) return () => openSocket(only);
  let last = 0;
  /** The first host that answers, beginning with the one that did last time; or, where not any will do, after as many as this connection has met. */
  return async (unwanted) => {
    const first = targetSessionAttributes ? unwanted : last;
    let failure: unknown;
    for (let tries = 0; tries < hosts.length; tries += 1) {
      const at = (first + tries) % hosts.length;
      try {
        const socket = await opened(openSocket(hosts[at] ?? only));
        last = at;
        return socket;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

function opened(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(CONNECT_TIMEOUT_S * 1000, () => fail(new Error('no host answers in time')));
    socket.once('error', fail).once('connect', () => {
      socket.setTimeout(0).off('error', fail);
      resolve(socket);
    });
  });
}

/**
 * The driver takes a connection that is closed without a word for one to be made again at once, and for ever: a proxy whose database is away
 * does that. Here it is an error.
 */
function openSocket({ host, port }: DatabaseTarget['hosts'][number]): Socket {
  const isFolder = host.startsWith('/');
  const socket = isFolder ? connectSocket(`${host}/.s.PGSQL.${port}`) : connectSocket(port, host);
  socket.once('close', (hadError) => {
    if (hadError || socket.bytesRead > 0) return;
    socket.emit(
      'error',
      Object.assign(new Error('the connection was closed at once'), { code: 'ECONNRESET' }),
    );
  });
  // What TLS goes by.
  return Object.assign(socket, { host, port });
}
