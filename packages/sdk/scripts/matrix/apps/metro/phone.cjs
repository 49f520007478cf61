// Runs the bundle with the globals that React Native has, which are neither a browser's nor Node's.
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { createContext, runInContext } = require('node:vm');
const { SAID } = require('./talk.js');

const said = new Promise((resolve, reject) => {
  const { AbortController, console, fetch, performance, WebSocket } = globalThis;
  const { clearTimeout, queueMicrotask, setTimeout } = globalThis;
  const timers = { clearTimeout, queueMicrotask, setTimeout };
  const phone = { ...timers, AbortController, console, fetch, performance, WebSocket, resolve, reject };
  runInContext(readFileSync('bundle.js', 'utf8'), createContext(phone));
});
void said.then((text) => assert.equal(text, SAID));
