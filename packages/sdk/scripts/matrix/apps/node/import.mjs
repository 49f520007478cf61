import assert from 'node:assert/strict';
import * as sdk from '@duet/sdk';
import * as hooks from '@duet/sdk/react';
import * as trpc from '@duet/sdk/trpc';
import * as react from 'react';
import { renderToString } from 'react-dom/server';
import { WebSocket } from 'ws';
import { COMBINED, combine, SAID, talk } from './talk.js';
import { url } from './url.js';

assert.equal(await talk(sdk, { url, WebSocket: globalThis.WebSocket ?? WebSocket }), SAID);
assert.equal(await combine({ sdk, hooks, trpc, react, renderToString }, url), COMBINED);
