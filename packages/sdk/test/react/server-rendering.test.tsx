import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { hydrateRoot } from 'react-dom/client';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Duet } from '../../src/index.ts';
import { DuetProvider } from '../../src/react/index.ts';
import { device } from '../harness/devices.ts';
import { Chat } from './chat.tsx';
import { type Device, eventually, pair } from './people.ts';

const client = { DuetProvider, Chat };
type Modules = typeof client;

const app = ({ DuetProvider, Chat }: Modules, duet: Duet, id: string) => (
  <DuetProvider duet={duet}>
    <Chat id={id} />
  </DuetProvider>
);

/** The same modules once more: a server has its own. */
async function server(): Promise<Modules> {
  vi.resetModules();
  const [{ DuetProvider }, { Chat }] = await Promise.all([
    import('../../src/react/index.ts'),
    import('./chat.tsx'),
  ]);
  return { DuetProvider, Chat };
}

function expectUntouched({ duet, sockets }: Device) {
  expect(sockets).toHaveLength(0);
  expect(duet.live.connection.get().status).toBe('idle');
}

test('on a server there is an empty page and no connection', async () => {
  const { ada, id } = await pair();
  expect(renderToString(app(await server(), ada.duet, id))).toContain('<p class="presence">unknown</p>');
  expectUntouched(ada);
});

test('a page that is streamed is no different', async () => {
  const { ada, id } = await pair();
  const stream = new PassThrough();
  renderToPipeableStream(app(await server(), ada.duet, id)).pipe(stream);
  expect(await text(stream)).toBe(renderToString(app(await server(), ada.duet, id)));
  expectUntouched(ada);
});

test('a page from a server is taken over as it is, whatever the client knows by then', async () => {
  const { ada, id } = await pair();
  await ada.duet.messages.send({ conversation_id: id, content: 'Hello' });
  const html = renderToString(app(await server(), device(ada.id), id));
  ada.duet.live.connect();
  await eventually(() => ada.duet.live.conversations.get().isSynced).toBe(true);

  const complaints: unknown[] = [];
  const spy = vi.spyOn(console, 'error').mockImplementation((...args) => void complaints.push(args));
  const container = document.body.appendChild(document.createElement('main'));
  container.innerHTML = html;
  const first = container.querySelector('.status');
  const onRecoverableError = (error: unknown) => void complaints.push(error);
  const root = hydrateRoot(container, app(client, ada.duet, id), { onRecoverableError });
  onTestFinished(() => {
    root.unmount();
    container.remove();
    spy.mockRestore();
  });
  await eventually(() => container.querySelector('.message')?.textContent).toBe('Hello');
  expect(complaints).toEqual([]);
  expect(container.querySelector('.status')).toBe(first);
  expect(ada.sockets).toHaveLength(1);
});
