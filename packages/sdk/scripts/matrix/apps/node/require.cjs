const assert = require('node:assert/strict');
const sdk = require('@duet/sdk');
const hooks = require('@duet/sdk/react');
const trpc = require('@duet/sdk/trpc');
const react = require('react');
const { renderToString } = require('react-dom/server');
const { WebSocket } = require('ws');
const { COMBINED, combine, SAID, talk } = require('./talk.js');
const { url } = require('./url.js');

assert.match(require.resolve('@duet/sdk'), /cjs/);
void (async () => {
  assert.equal(await talk(sdk, { url, WebSocket: globalThis.WebSocket ?? WebSocket }), SAID);
  assert.equal(await combine({ sdk, hooks, trpc, react, renderToString }, url), COMBINED);
})();
