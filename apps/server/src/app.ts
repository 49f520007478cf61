import type { Server } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { createAuthenticate, createAuthenticateService } from './auth/authenticate.ts';
import { EndedAccess } from './auth/ended-access.ts';
import { createTokenIssuer } from './auth/issue.ts';
import { secretIn } from './auth/secret-file.ts';
import { createTokenVerifier } from './auth/verify.ts';
import type { AuthConfig, Config } from './config.ts';
import { openEmbedded, openPostgres } from './db/client.ts';
import { createContext } from './domain/context.ts';
import { prepareLoadCommitted } from './domain/messages/load-committed.ts';
import type { Events } from './events/events.ts';
import { openEvents } from './events/open.ts';
import { createGuesses } from './limits/guesses.ts';
import { impatient } from './limits/impatient.ts';
import { createRateLimits } from './limits/rate-limits.ts';
import { mayCallFrom } from './may-call.ts';
import { createHttpServer } from './rest/server.ts';
import { refuseHandshake } from './rest/unreadable.ts';
import { Access } from './socket/access.ts';
import { createDoor } from './socket/door.ts';
import { isSocketUpgrade } from './socket/handshake.ts';
import { Hub } from './socket/hub.ts';
import { Reconciler } from './socket/reconcile.ts';
import { SocketServer } from './socket/server.ts';
import { Told } from './socket/told.ts';
import { StartupError } from './startup-error.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { openTracing, type Tracing } from './telemetry/tracing.ts';

/** A server that listens. */
export interface App {
  readonly port: number;
  /** Whether the web app is at `/`. */
  readonly hasWebApp: boolean;
  /**
   * Goes away in order: not ready, sockets closed with 1012, requests under way finished, database closed.
   * @param delayMs how long requests are still taken after `/readyz` fails, for the proxy in front to notice
   */
  close(delayMs: number): Promise<void>;
}

const REQUESTS_TIMEOUT_MS = 2000;

/**
 * The composition root: makes every part, gives each what it needs, and listens.
 * @param webFolder where the built web app is; without it none is served
 * @throws StartupError with one line for whoever started it
 */
export async function startApp(config: Config, log: FastifyBaseLogger, webFolder?: string): Promise<App> {
  const { databaseUrl, databaseConnections, dataDir } = config;
  const metrics = createMetrics();
  const database = await (databaseUrl === undefined
    ? openEmbedded(dataDir, log)
    : openPostgres(databaseUrl, log, {
        connections: databaseConnections,
        notifications: config.natsUrl === undefined,
      }));
  let events: Events | undefined;
  let tracing: Tracing | undefined;
  try {
    tracing = await openTracing(config.tracing, log);
    const tracer = tracing?.tracer;
    const { db } = database;
    const load = prepareLoadCommitted(db);
    const domain = await createContext(
      database,
      (identity) => {
        events = openEvents({
          ...config,
          ...identity,
          server: database.server,
          load,
          log,
          meterOf: metrics.busOf,
        });
        return events;
      },
      { messageLength: config.messageMaxLength, queuedSends: config.sendQueueMax },
      { meter: metrics.domain, tracer },
    );
    const counting = database.counting && impatient(database.counting);
    const limits = createRateLimits(config.rateLimitFactor, counting);
    const auth = resolveAuth(config);
    const ended = new EndedAccess(domain.events);
    const verify = createTokenVerifier(auth, log);
    const authenticate = metrics.counted(createAuthenticate(domain, verify, ended));
    const authenticateService = metrics.counted(createAuthenticateService(verify));
    const access = new Access(domain, ended);
    const accounts = auth.mode === 'secret' &&
      config.localAccounts && {
        ...domain,
        issueAccessToken: createTokenIssuer(auth.secret, config.accessTokenSeconds),
        sessionSeconds: config.sessionSeconds,
        guesses: createGuesses(limits, counting),
      };
    const metricsEndpoint =
      config.metricsToken === undefined
        ? undefined
        : {
            token: config.metricsToken,
            ...metrics.expose({
              pingDatabase: () => database.ping(),
              queuedMessages: () => domain.sends.items,
              queuedBytes: () => domain.sends.bytes,
              heldMessages: () => hub.held,
              bufferedBytes: () => sockets.bufferedBytes,
            }),
          };
    const mayCall = mayCallFrom(config.corsOrigins);
    let draining = false;
    const http = await createHttpServer({
      domain,
      accounts: accounts || undefined,
      authenticate,
      authenticateService,
      limits,
      trust: config.trust,
      publicUrl: config.publicUrl,
      mayCall,
      log,
      isUpgrade: isSocketUpgrade,
      checkReady: async () => {
        if (draining) throw new Error('the server is going away');
        await database.ping();
      },
      webFolder,
      metrics: metricsEndpoint,
      meter: metrics.http,
      tracer,
    });
    // Only what comes from other nodes can be missed.
    const told = databaseUrl === undefined ? undefined : new Told();
    const hub = new Hub(
      domain.events,
      async (holes) => (await load(holes)).map(({ message }) => message),
      log,
      metrics.socket,
      told,
    );
    const reconciler = told && new Reconciler({ domain, hub, told, access, log, meter: metrics.socket });
    database.onBack(() => reconciler?.request());
    const sockets = new SocketServer({
      http: http.server,
      domain,
      authenticate,
      limits,
      door: createDoor({ ...config, limits, mayCall }),
      hub,
      access,
      heartbeatSeconds: config.heartbeatSeconds,
      log,
      meter: metrics.socket,
      tracer,
      refuseHandshake: refuseHandshake(log, metrics.http),
    });
    const stop = async () => {
      await sockets.drain();
      // Requests get some seconds to finish; connections that say nothing, or never end what they say, get no more.
      const cut = setTimeout(() => {
        http.server.closeAllConnections();
        sockets.cut();
      }, REQUESTS_TIMEOUT_MS);
      await http.close();
      clearTimeout(cut);
      reconciler?.close();
      hub.close();
      limits.close();
      await domain.events.close();
    };
    await http.listen({ host: config.host, port: config.port }).catch(async (error: unknown) => {
      await stop();
      throw listenError(error, config);
    });
    return {
      port: portOf(http.server.address()) ?? config.port,
      hasWebApp: http.hasRoute({ method: 'GET', url: '/index.html' }),
      close: async (delayMs) => {
        draining = true;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        await stop();
        await Promise.all([tracing?.close(), database.close()]);
      },
    };
  } catch (error) {
    await events?.close();
    await tracing?.close();
    await database.close();
    throw error;
  }
}

function portOf(address: ReturnType<Server['address']>): number | undefined {
  return typeof address === 'object' ? address?.port : undefined;
}

/** The secret of the embedded database is beside it, in the folder that is locked by now. */
function resolveAuth({ auth, dataDir }: Config): AuthConfig {
  return auth.mode === 'jwks' ? auth : { mode: 'secret', secret: auth.secret ?? secretIn(dataDir) };
}

function listenError(error: unknown, { host, port }: Config): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  if (error.code === 'EADDRINUSE')
    return new StartupError(`PORT: ${port} is already in use`, { cause: error });
  if (error.code === 'EACCES')
    return new StartupError(`PORT: ${port} may not be listened on`, { cause: error });
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new StartupError(`HOST: ${host} is not an address of this machine`, { cause: error });
  }
  return error;
}
