import type { Dialect } from '../servers/server.ts';
import { clientFrame } from './frames.ts';

/** One side of a conversation, as the load knows it. */
export interface Seat {
  readonly conversationId: string;
  readonly userId: string;
  readonly token: string;
}

/** How one server's socket is opened and spoken to. */
export interface Speech {
  path(seat: Seat): string;
  headers(seat: Seat): string;
  /** A message as JSON, or what the server takes for it. `id` is a UUID with the message's number in it. */
  message(seat: Seat, text: string, id: string): string;
  /** Whether being upgraded is enough to hear everything. */
  readonly readyAtOnce: boolean;
  /** Whether messages carry `seq`, and whether they must come in its order or may overtake each other. */
  readonly seq: 'none' | 'inOrder' | 'anyOrder';
  /** What a frame that is no message means; the strings are what it begins with. */
  readonly ready: string;
  readonly answers: readonly { readonly to: string; answer(seat: Seat): Buffer }[];
  /** Frames to pass over. */
  readonly ignored: readonly string[];
}

const plain: Omit<Speech, 'path' | 'message'> = {
  headers: () => '',
  readyAtOnce: true,
  ready: '',
  seq: 'none',
  answers: [],
  ignored: [],
};

export const speeches: Record<Dialect, Speech> = {
  relay: {
    ...plain,
    path: (seat) => `/chat/${seat.conversationId}/${seat.userId}`,
    message: (_seat, text) => JSON.stringify({ message: text }),
  },
  duet: {
    ...plain,
    seq: 'inOrder',
    path: (seat) => `/ws/chat/${seat.conversationId}/?token=${seat.token}`,
    message: (_seat, message, message_id) => JSON.stringify({ message, message_id }),
  },
  'duet.v1': {
    ...plain,
    seq: 'anyOrder',
    readyAtOnce: false,
    path: () => '/ws/chat/',
    headers: (seat) => `Sec-WebSocket-Protocol: duet.v1, bearer.${seat.token}\r\n`,
    message: (seat, message, message_id) =>
      JSON.stringify({ type: 'chat_message', conversation_id: seat.conversationId, message, message_id }),
    ready: '{"type":"ready"',
    ignored: ['{"type":"conversation"', '{"type":"presence"', '{"type":"auth"'],
  },
  // Engine.IO and Socket.IO, version 4: 0 open, 2 ping, 3 pong, 40 connected, 42 event.
  'socket.io': {
    ...plain,
    readyAtOnce: false,
    path: () => '/socket.io/?EIO=4&transport=websocket',
    message: (_seat, message) => `42${JSON.stringify(['chat_message', { message }])}`,
    ready: '40',
    answers: [
      {
        to: '0{',
        answer: (seat) =>
          clientFrame(`40${JSON.stringify({ token: seat.token, conversation_id: seat.conversationId })}`),
      },
      { to: '2', answer: () => clientFrame('3') },
    ],
  },
};
