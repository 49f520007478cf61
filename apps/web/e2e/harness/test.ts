import { PATIENCE_MS } from '@duet/testing/wait';
import { test as base, expect } from '@playwright/test';
import { type Account, nameLike, register } from './people.ts';
import { type Server, startServer } from './server.ts';
import { Trouble } from './trouble.ts';
import { bringVisitor, type Visitor, type VisitorOptions } from './visitor.ts';

/** Somebody who is signed in, with a browser. */
export type Person = Account & Visitor;

interface Fixtures {
  readonly trouble: Trouble;
  /** Somebody with a browser, and nobody yet. */
  readonly visit: (options?: VisitorOptions) => Promise<Visitor>;
  /** An account without a browser. */
  readonly enrol: (name: string) => Promise<Account>;
  readonly join: (name: string, options?: VisitorOptions) => Promise<Person>;
}

interface WorkerFixtures {
  /** What the server's environment says besides. */
  readonly settings: Record<string, string>;
  readonly server: Server;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  settings: [{}, { scope: 'worker', option: true }],
  server: [
    async ({ settings }, use) => {
      const server = await startServer(settings);
      await use(server);
      await server.destroy();
    },
    { scope: 'worker', timeout: 5 * PATIENCE_MS },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright takes nothing but a pattern
  trouble: async ({}, use) => {
    const trouble = new Trouble();
    await use(trouble);
    expect(trouble.unexpected, 'what the pages complained of').toEqual([]);
  },
  visit: async ({ browser, server, trouble }, use) => {
    const visitors: Visitor[] = [];
    await use(async (options = {}) => {
      const visitor = await bringVisitor(browser, server.url, trouble, options);
      visitors.push(visitor);
      return visitor;
    });
    await Promise.all(visitors.map((visitor) => visitor.close()));
  },
  enrol: async ({ server }, use) => {
    await use((name) => register(server.url, nameLike(name)));
  },
  join: async ({ visit, enrol }, use) => {
    await use(async (name, options = {}) => {
      const account = await enrol(name);
      return { ...account, ...(await visit({ ...options, session: account.session })) };
    });
  },
});

export { expect };
