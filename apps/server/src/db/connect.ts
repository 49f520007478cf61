import { connect as connectSocket, type Socket } from 'node:net';
import postgres from 'postgres';

/** A new connection that takes longer is given up. */
const CONNECT_TIMEOUT_S = 3;
/**
 * How long after a failure a connection is tried again, in seconds: nobody waits much longer for a database than it was away. The driver counts all of a
 * pool together, so one reset of ten is ten failures.
 */
const backoff = (failures: number) => Math.min(0.02 * failures, 1);

type Options = postgres.Options<Record<string, postgres.PostgresType>>;

/**
 * Connections to PostgreSQL, made when they are needed. They do not ask for the types of arrays: the driver lets that question's failure end the
 * process, when a connection is ended as soon as it was made. So arrays go as texts: see `array-of.ts`.
 */
export function connect(url: string, options: Options): postgres.Sql {
  const ours = {
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff,
    onnotice: () => {},
    fetch_types: false,
    ...options,
  };
  return postgres(url, Object.assign(ours, { socket: openSocket }));
}

interface Address {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | undefined | false;
}

/**
 * The driver takes a connection that is closed without a word for one to be made again at once, and for ever: a proxy whose database is away
 * does that. Here it is an error.
 */
function openSocket({ path, host: [host], port: [port = 5432] }: Address): Socket {
  const socket = path ? connectSocket(path) : connectSocket(port, host);
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
