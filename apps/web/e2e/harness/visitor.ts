import type { Session } from '@duet/sdk';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from '@playwright/test';
import { Chat } from './chat.ts';
import type { Trouble } from './trouble.ts';
import { layWire, type Wire } from './wire.ts';

/** A browser context of its own, on a wire of its own. */
export interface Visitor {
  /** Not opened yet; `/` is the app. */
  readonly page: Page;
  readonly context: BrowserContext;
  readonly chat: Chat;
  readonly wire: Wire;
  /** The network goes: the browser knows, and what was connected is not any more. */
  leaveNetwork(): Promise<void>;
  returnToNetwork(): Promise<void>;
  /** Another window is in front of theirs. */
  lookAway(): Promise<void>;
  lookBack(): Promise<void>;
  close(): Promise<void>;
}

export interface VisitorOptions extends BrowserContextOptions {
  /** Who is signed in already, if anybody. */
  readonly session?: Session;
  /** By which name they reach the server; 127.0.0.1 unless it is said. */
  readonly host?: string;
}

export async function bringVisitor(
  browser: Browser,
  serverUrl: string,
  trouble: Trouble,
  { session, host = '127.0.0.1', ...options }: VisitorOptions,
): Promise<Visitor> {
  const wire = await layWire(serverUrl);
  const origin = `http://${host}:${new URL(wire.url).port}`;
  const localStorage = session ? [{ name: 'duet-session', value: JSON.stringify(session) }] : [];
  const context = await browser.newContext({
    baseURL: origin,
    storageState: { cookies: [], origins: [{ origin, localStorage }] },
    ...options,
  });
  await trouble.watch(context, origin);
  const page = await context.newPage();
  let inFront: Page | undefined;

  return {
    page,
    context,
    chat: new Chat(page),
    wire,
    leaveNetwork: async () => {
      await context.setOffline(true);
      wire.cut();
    },
    returnToNetwork: async () => {
      wire.mend();
      await context.setOffline(false);
    },
    lookAway: async () => {
      const pages = context.pages();
      await pretendFocus(context, false);
      inFront ??= await context.newPage();
      // A page only loses the focus that it has.
      for (const each of [...pages, inFront]) await each.bringToFront();
    },
    lookBack: async () => {
      await page.bringToFront();
      await pretendFocus(context, true);
    },
    close: async () => {
      await context.close();
      await wire.close();
    },
  };
}

/** Playwright lets every page believe that it has the focus. */
async function pretendFocus(context: BrowserContext, enabled: boolean): Promise<void> {
  for (const page of context.pages()) {
    const cdp = await context.newCDPSession(page);
    await cdp.send('Emulation.setFocusEmulationEnabled', { enabled });
    await cdp.detach();
  }
}
