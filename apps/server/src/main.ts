import { fileURLToPath } from 'node:url';
import { startApp } from './app.ts';
import { banner } from './banner.ts';
import { parseConfig } from './config.ts';
import { createLogger } from './log.ts';
import { StartupError } from './startup-error.ts';

/** Within this the process ends after a signal, whatever hangs. */
const SHUTDOWN_LIMIT_MS = 10_000;
/** What the build of the web app makes. */
const WEB_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));

try {
  const config = parseConfig(process.env);
  const log = createLogger(config.logLevel);
  const app = await startApp(config, log, WEB_FOLDER);
  console.log(banner(config, app));

  const stop = (delayMs: number) => {
    log.info('stopping');
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    app.close(delayMs).then(
      () => process.exit(0),
      (err: unknown) => {
        log.fatal({ err }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => stop(config.shutdownDelaySeconds * 1000));
  process.once('SIGINT', () => stop(0));
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  console.error(`duet: ${error.message}`);
  process.exit(1);
}
