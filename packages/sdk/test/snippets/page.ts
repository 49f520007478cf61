// Shows the snippet `chat.tsx` to somebody who reads what comes, answers at the keyboard, and waits until the answer is read.
import { Window } from 'happy-dom';
import { type ComponentType, createElement } from 'react';
import { WebSocket } from 'ws';

const [id = '', heard = '', answer = ''] = process.argv.slice(2);
const browser = new Window();
// The last two Node 20 lacks, and later ones have.
const everyBrowserHas = {
  window: browser,
  document: browser.document,
  navigator: browser.navigator,
  WebSocket,
};
for (const [name, value] of Object.entries(everyBrowserHas))
  if (!(name in globalThis)) Object.assign(globalThis, { [name]: value });

// They look for a document as soon as they are loaded.
const { createRoot } = await import('react-dom/client');
const chat = './chat.js';
const { App }: { App: ComponentType<{ id: string }> } = await import(chat);

const main = document.body.appendChild(document.createElement('main'));
createRoot(main).render(createElement(App, { id }));
await shows(heard);

const field = main.querySelector('input');
const form = main.querySelector('form');
if (!field || !form) throw new Error(`nowhere to write in ${main.innerHTML}`);
// As a browser sets it: React notices nothing of `field.value = …`.
Object.getOwnPropertyDescriptor(window.HTMLInputElement.prototype, 'value')?.set?.call(field, answer);
field.dispatchEvent(new window.Event('input', { bubbles: true }));
form.dispatchEvent(new window.Event('submit', { bubbles: true, cancelable: true }));
await shows(`${answer} ✓✓`);
console.log('seen');
process.exit();

/** Resolves when it is in the page. Whoever started this process bounds it, and shows the page as it is. */
async function shows(text: string): Promise<void> {
  let before = '';
  while (!main.textContent.includes(text)) {
    if (main.innerHTML !== before) console.log(main.innerHTML);
    before = main.innerHTML;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
