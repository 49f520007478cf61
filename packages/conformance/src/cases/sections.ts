import type { Section } from '../case.ts';
import { accounts } from './accounts.ts';
import { authentication } from './authentication.ts';
import { catchingUp } from './catching-up.ts';
import { conventions } from './conventions.ts';
import { conversations } from './conversations.ts';
import { documents } from './documents.ts';
import { errors } from './errors.ts';
import { http } from './http.ts';
import { inbox } from './inbox.ts';
import { inboxConnecting } from './inbox-connecting.ts';
import { messages } from './messages.ts';
import { order } from './order.ts';
import { scenarios } from './scenarios.ts';
import { services } from './services.ts';
import { socket } from './socket.ts';
import { socketConnecting } from './socket-connecting.ts';

const all = [
  conventions,
  authentication,
  errors,
  http,
  conversations,
  messages,
  accounts,
  services,
  documents,
  socketConnecting,
  socket,
  order,
  scenarios,
  inboxConnecting,
  inbox,
  catchingUp,
].flat();

/** Every section that has cases, in the order of PROTOCOL.md. */
export const sections: readonly Section[] = all.sort((one, other) =>
  one.number.localeCompare(other.number, 'en', { numeric: true }),
);
