import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The Chromium or Chrome of this machine: none is downloaded. `CHROMIUM` says where it is, if it is not where it usually is. */
export function findChromium(): string | undefined {
  const told = process.env['CHROMIUM'];
  if (told !== undefined && !existsSync(told)) throw new Error(`CHROMIUM: there is no ${told}`);
  return told ?? PLACES.find((place) => existsSync(place));
}

/** Nothing that reaches out by itself; a sandbox needs a user who is not root. */
export const CHROMIUM_FLAGS = [
  '--disable-smooth-scrolling',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];
