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

  let isStopping = false;
  const stop = (delayMs: number) => {
    if (isStopping) return;
    isStopping = true;
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
  // A Ctrl-C may come twice: from the terminal, and passed on by a parent.
  process.on('SIGTERM', () => stop(config.shutdownDelaySeconds * 1000));
  process.on('SIGINT', () => stop(0));
  // Last: whoever reads it may send a signal at once.
  console.log(banner(config, app));
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  console.error(`duet: ${error.message}`);
  process.exit(1);
}
