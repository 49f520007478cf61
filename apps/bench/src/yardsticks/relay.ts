import { createServer } from 'node:http';
import postgres from 'postgres';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

// A yardstick: a bare relay. No tokens, no checks of who may write where, no ids of the sender's choice, no order but that of arrival; one
// table with nothing but its primary key. What it does do, it does well: all that queued while one INSERT ran goes into the next.

const env = z.object({ PORT: z.coerce.number(), DATABASE_URL: z.url() }).parse(process.env);
const sql = postgres(env.DATABASE_URL, { onnotice: () => {} });
await sql`create table if not exists messages (
  id bigserial primary key,
  conversation_id uuid not null,
  sender_id text not null,
  content text not null,
  created_at timestamptz not null default now())`;

interface Pending {
  readonly conversationId: string;
  readonly senderId: string;
  readonly content: string;
}

const rooms = new Map<string, Set<WebSocket>>();
let queue: Pending[] = [];
let writing = false;

const http = createServer((_request, response) => response.writeHead(426).end());
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

server.on('connection', (socket, request) => {
  const [, , conversationId = '', senderId = ''] = request.url?.split('/') ?? [];
  const room = rooms.get(conversationId) ?? new Set();
  rooms.set(conversationId, room.add(socket));
  socket.on('message', (data) => {
    const frame: { message: string } = JSON.parse(data.toString());
    queue.push({ conversationId, senderId, content: frame.message });
    if (!writing) void writeQueue();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    room.delete(socket);
    if (room.size === 0) rooms.delete(conversationId);
  });
});

/** One INSERT at a time, with everything that came meanwhile. */
async function writeQueue(): Promise<void> {
  writing = true;
  while (queue.length > 0) {
    const batch = queue;
    queue = [];
    const rows = await sql<{ id: string; created_at: Date }[]>`
      insert into messages (conversation_id, sender_id, content)
      select * from unnest(
        ${batch.map((pending) => pending.conversationId)}::uuid[],
        ${batch.map((pending) => pending.senderId)}::text[],
        ${batch.map((pending) => pending.content)}::text[])
      returning id, created_at`;
    batch.forEach((pending, i) => {
      const row = rows[i];
      if (row) deliver(pending, row.id, row.created_at);
    });
  }
  writing = false;
}

function deliver({ conversationId, senderId, content }: Pending, id: string, timestamp: Date): void {
  const frame = JSON.stringify({
    type: 'chat_message',
    message: content,
    sender_id: senderId,
    timestamp,
    message_id: id,
    conversation_id: conversationId,
  });
  for (const socket of rooms.get(conversationId) ?? []) socket.send(frame);
}

http.listen(env.PORT, '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
