import { setFlagsFromString } from 'node:v8';
import { startApp } from './app.ts';
import { banner } from './banner.ts';
import { parseConfig } from './config.ts';
import { fileOf } from './files.ts';
import { createLogger } from './log.ts';
import { startupErrorOf } from './startup-error.ts';

// V8 guesses from the first frames whether such objects live long. A collection between hello and the first message makes it guess wrong:
// then each frame leaves 300 bytes that only a full collection finds, and each young one takes three times as long.
setFlagsFromString('--no-allocation-site-pretenuring');

/** Within this the process ends after a signal, whatever hangs. */
const SHUTDOWN_LIMIT_MS = 10_000;
/** What the build of the web app makes. */
const WEB_FOLDER = fileOf('../web/dist');

/** Until it serves, a signal ends it at once: nothing is lost that a kill would not lose, too. */
const quit = () => process.exit(0);
process.on('SIGTERM', quit).on('SIGINT', quit);

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
  process.on('SIGTERM', () => stop(config.shutdownDelaySeconds * 1000)).off('SIGTERM', quit);
  process.on('SIGINT', () => stop(0)).off('SIGINT', quit);
  // Last: whoever reads it may send a signal at once.
  console.log(banner(config, app));
} catch (cause) {
  const error = startupErrorOf(cause);
  if (!error) throw cause;
  console.error(`duet: ${error.message}`);
  process.exit(1);
}
