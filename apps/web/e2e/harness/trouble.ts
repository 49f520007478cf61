import type { BrowserContext } from '@playwright/test';

/** What no page may do, unless its test says that it will: errors, warnings, dialogs, violations of the content security policy, requests to other hosts. */
export class Trouble {
  readonly #found: string[] = [];
  readonly #expected: RegExp[] = [];

  /** Something of the kind belongs to the test. */
  expect(...patterns: RegExp[]): void {
    this.#expected.push(...patterns);
  }

  async watch(context: BrowserContext, origin: string): Promise<void> {
    // Said by the browser on its console, too, but not for every directive.
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`content security policy: ${violatedDirective} ${blockedURI}`),
      );
    });
    context.on('console', (message) => {
      const type = message.type();
      if (type === 'error' || type === 'warning') this.#found.push(`console ${type}: ${message.text()}`);
    });
    context.on('weberror', (error) => this.#found.push(`page error: ${error.error().message}`));
    context.on('dialog', (dialog) => {
      this.#found.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !/^(data|blob|about):/.test(url))
        this.#found.push(`request elsewhere: ${url}`);
    });
  }

  /** What was not expected. */
  get unexpected(): readonly string[] {
    return this.#found.filter((line) => !this.#expected.some((pattern) => pattern.test(line)));
  }
}

/** What a browser says of requests and sockets that reach nobody. */
export const UNREACHABLE = /net::ERR_|WebSocket connection to .* failed/;
