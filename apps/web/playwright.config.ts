import { PATIENCE_MS } from '@duet/testing/wait';
import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium, findShell } from './e2e/harness/chromium.ts';

/** A page without a window is not looked away from, and shows no notifications. */
const WITH_WINDOWS = ['looking-away.test.ts', 'notifications.test.ts'];

const executablePath = findChromium();
if (!executablePath) {
  if (process.env['CI']) throw new Error('no Chromium on this machine, which the browser tests need in CI');
  console.warn(
    'No Chromium or Chrome on this machine (CHROMIUM says where one is): the browser tests are skipped.',
  );
}

export default defineConfig({
  testDir: 'e2e',
  outputDir: '.e2e',
  globalSetup: '@duet/testing/template',
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  // Nothing fails for being slow: what is waited for is sure to come, and only a hang takes so long.
  timeout: 5 * PATIENCE_MS,
  expect: { timeout: PATIENCE_MS },
  reporter: [['list']],
  use: {
    launchOptions: { ...(executablePath && { executablePath }), args: CHROMIUM_FLAGS },
    actionTimeout: PATIENCE_MS,
    navigationTimeout: PATIENCE_MS,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
  },
  projects: executablePath
    ? [
        { name: 'e2e-windows', testMatch: WITH_WINDOWS },
        {
          name: 'e2e',
          testMatch: '*.test.ts',
          testIgnore: WITH_WINDOWS,
          use: { launchOptions: { executablePath: findShell() ?? executablePath, args: CHROMIUM_FLAGS } },
        },
        { name: 'figures', testMatch: 'figures.ts' },
        { name: 'screenshots', testMatch: 'screenshots.ts' },
      ]
    : [
        { name: 'e2e', testIgnore: '**' },
        { name: 'e2e-windows', testIgnore: '**' },
      ],
});
