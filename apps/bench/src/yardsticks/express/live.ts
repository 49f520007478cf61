import type { Server as HttpServer } from 'node:http';
import type { Pool } from 'pg';
import { Server } from 'socket.io';
import { z } from 'zod';
import { verifyToken } from './auth.ts';
import { findParticipants, type Sender, sendMessage } from './messages.ts';

const handshake = z.object({ token: z.string(), conversation_id: z.uuid() });
const draft = z.object({ message: z.string().min(1).max(10_000) });

interface SocketData {
  user: Sender;
  conversationId: string;
}

/** Live messages: a room for every conversation. */
export function attachLive(http: HttpServer, pool: Pool, secret: string): void {
  const io = new Server<
    { chat_message: (body: unknown) => void },
    { chat_message: (message: unknown) => void; failure: (problem: unknown) => void },
    Record<string, never>,
    SocketData
  >(http, { transports: ['websocket'], serveClient: false });

  io.use(async (socket, next) => {
    try {
      const auth = handshake.parse(socket.handshake.auth);
      const user = verifyToken(auth.token, secret);
      if (!(await findParticipants(pool, user.id, auth.conversation_id)))
        throw new Error('not a participant');
      socket.data = { user, conversationId: auth.conversation_id };
      next();
    } catch {
      next(new Error('unauthorized'));
    }
  });

  io.on('connection', (socket) => {
    const { user, conversationId } = socket.data;
    void socket.join(conversationId);
    socket.on('chat_message', async (body) => {
      const sent = draft.safeParse(body);
      if (!sent.success) return void socket.emit('failure', { code: 'invalid_request' });
      try {
        const message = await sendMessage(pool, conversationId, user, sent.data.message);
        io.to(conversationId).emit('chat_message', {
          message: message.content,
          sender_id: user.id,
          sender_username: user.username,
          timestamp: message.timestamp,
          message_id: message.message_id,
          conversation_id: conversationId,
        });
      } catch {
        socket.emit('failure', { code: 'internal' });
      }
    });
  });
}
