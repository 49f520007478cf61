import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DuetProvider } from '../../src/react/index.ts';
import { Chat, Status } from './chat.tsx';
import { countListeners } from './listeners.ts';
import { show } from './page.tsx';
import { type Device, eventually, pair, person } from './people.ts';

test('StrictMode makes one socket, and React has nothing to complain about', async () => {
  const { ada, id } = await pair();
  const complain = vi.spyOn(console, 'error');
  onTestFinished(() => complain.mockRestore());
  const page = show(
    <StrictMode>
      <DuetProvider duet={ada.duet}>
        <Chat id={id} />
      </DuetProvider>
    </StrictMode>,
  );
  await eventually(() => page.text('.messages')).toBe('synced');
  expect(ada.sockets).toHaveLength(1);
  expect(complain).not.toHaveBeenCalled();
});

test('what unmounts leaves nothing behind', async () => {
  const { ada, id } = await pair();
  const { duet, listeners } = countListeners(ada.duet);
  const page = show(<Chat id={id} />, duet);
  await eventually(() => page.text('.messages')).toBe('synced');
  expect(listeners()).toBeGreaterThan(0);
  page.unmount();
  await eventually(listeners).toBe(0);
  await eventually(() => ada.sockets.map(({ readyState }) => readyState)).toEqual([WebSocket.CLOSED]);
  expect(duet.live.connection.get().status).toBe('closed');
});

test('what mounts again connects again', async () => {
  const ada = await person();
  const page = show(<Status />, ada.duet);
  await eventually(() => page.text('.status')).toBe(`live ${ada.id}`);
  page.unmount();
  await eventually(() => ada.duet.live.connection.get().status).toBe('closed');
  const again = show(<Status />, ada.duet);
  await eventually(() => again.text('.status')).toBe(`live ${ada.id}`);
  expect(ada.sockets).toHaveLength(2);
});

test('providers of one client share its socket, up to the last', async () => {
  const ada = await person();
  const [first, second] = [show(<Status />, ada.duet), show(<Status />, ada.duet)];
  await eventually(() => second.text('.status')).toBe(`live ${ada.id}`);
  first.unmount();
  // By the time that somebody else has connected, it would be closed.
  const ben = await person();
  const other = show(<Status />, ben.duet);
  await eventually(() => other.text('.status')).toBe(`live ${ben.id}`);
  expect(second.text('.status')).toBe(`live ${ada.id}`);
  expect(ada.sockets).toHaveLength(1);
  second.unmount();
  await eventually(() => ada.duet.live.connection.get().status).toBe('closed');
});

const withClient = ({ duet }: Device) => (
  <DuetProvider duet={duet}>
    <Status />
  </DuetProvider>
);

test('another client takes the place of the first', async () => {
  const [ada, ben] = [await person(), await person()];
  const page = show(withClient(ada));
  await eventually(() => page.text('.status')).toBe(`live ${ada.id}`);
  page.render(withClient(ben));
  await eventually(() => page.text('.status')).toBe(`live ${ben.id}`);
  expect(ada.duet.live.connection.get().status).toBe('closed');
  expect(ben.sockets).toHaveLength(1);
});

test('outside of a provider there is an error that says so', () => {
  expect(() => renderToString(<Status />)).toThrow('There is no <DuetProvider> above this component');
});
