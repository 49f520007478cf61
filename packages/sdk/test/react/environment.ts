import { Window } from 'happy-dom';
import type { Environment } from 'vitest/runtime';

/** A document to render into, and no more: requests and sockets stay Node's, which Vitest's own environments would replace. */
const environment: Environment = {
  name: 'document',
  viteEnvironment: 'ssr',
  setup: (global) => {
    const window = new Window();
    Object.assign(global, { window, document: window.document });
    return { teardown: () => window.happyDOM.close() };
  },
};

// biome-ignore lint/style/noDefaultExport: Vitest looks for an environment there.
export default environment;
