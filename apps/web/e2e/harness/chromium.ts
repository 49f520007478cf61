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

/** Chromium without its windows and their tabs, which take most of its time. */
const SHELLS = ['/usr/bin/chromium-headless-shell'];

/** The Chromium or Chrome of this machine: none is downloaded. `CHROMIUM` says where it is, if it is not where it usually is. */
export function findChromium(): string | undefined {
  const told = process.env['CHROMIUM'];
  if (told !== undefined && !existsSync(told)) throw new Error(`CHROMIUM: there is no ${told}`);
  return told ?? PLACES.find((place) => existsSync(place));
}

/** For pages that need no window around them; without one all pages are shown in the whole browser. */
export function findShell(): string | undefined {
  return process.env['CHROMIUM'] === undefined ? SHELLS.find((place) => existsSync(place)) : undefined;
}

/** A name of this machine that no browser trusts: over plain http a page of it has what any page of a local network has. */
export const LAN_NAME = 'duet.lan';

/** Nothing that reaches out by itself; a sandbox needs a user who is not root. */
export const CHROMIUM_FLAGS = [
  '--disable-smooth-scrolling',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  `--host-resolver-rules=MAP ${LAN_NAME} 127.0.0.1`,
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];
