import { CONVERSATION_SOCKET_PATH } from '@duet/contract';
import type { App } from './app.ts';
import type { Config } from './config.ts';

/** What a person who starts the server wants to know first. */
export function banner(config: Config, { port, hasWebApp }: App): string {
  const { host } = config;
  const shown = host === '0.0.0.0' || host === '::' || host === '127.0.0.1' ? 'localhost' : host;
  const url = config.publicUrl ?? `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
  const database =
    config.databaseUrl !== undefined
      ? 'PostgreSQL at DATABASE_URL'
      : `embedded Postgres in ${config.dataDir} — for one process; it survives a killed process, not a power loss.\n` +
        '                Set DATABASE_URL to a PostgreSQL server for production.';
  return `
  Duet is running.

${hasWebApp ? `  Web app       ${url}/\n` : ''}  API           ${url}/api/chat/
  Reference     ${url}/docs/
  Socket        ${url.replace(/^http/, 'ws')}${CONVERSATION_SOCKET_PATH}
${config.corsOrigins === 'loopback' ? '  Front ends    pages of this machine may call, on any port (CORS_ORIGINS= ends that)\n' : ''}  Accounts      ${config.localAccounts ? 'local, anyone can register (LOCAL_ACCOUNTS=off ends that)' : 'from the token issuer'}
  Database      ${database}
`;
}
