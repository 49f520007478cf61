// With Jest's defaults: CommonJS, and nothing configured.
const sdk = require('@duet/sdk');
const hooks = require('@duet/sdk/react');
const trpc = require('@duet/sdk/trpc');
const react = require('react');
const { renderToString } = require('react-dom/server');
const { COMBINED, combine, SAID, talk } = require('./talk.js');
const { url } = require('./url.js');

const LIMIT_MS = 240_000;

test('two people talk', async () => expect(await talk(sdk, { url })).toBe(SAID), LIMIT_MS);

test(
  'the entry points are of one piece',
  async () => expect(await combine({ sdk, hooks, trpc, react, renderToString }, url)).toBe(COMBINED),
  LIMIT_MS,
);
