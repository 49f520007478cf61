import express, { type Express, type Request, type Response } from 'express';
import type { Pool } from 'pg';
import { z } from 'zod';
import { verifyToken } from './auth.ts';
import { listConversations, openConversation } from './conversations.ts';
import { findParticipants, listMessages, type Sender, sendMessage } from './messages.ts';

const target = z.object({ target_user_id: z.string().min(1) });
const draft = z.object({ content: z.string().min(1).max(10_000) });
const range = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  before: z.coerce.number().int().optional(),
});
const conversationId = z.uuid();

/** The REST of the product, with the same paths and answers as Duet's. */
export function createRest(pool: Pool, secret: string): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '64kb' }));

  app.use('/api', (request, response, next) => {
    try {
      response.locals['user'] = verifyToken(
        request.headers.authorization?.replace(/^Bearer /, '') ?? '',
        secret,
      );
    } catch {
      response.status(401).json({ code: 'invalid_token' });
      return;
    }
    next();
  });

  app.get('/api/chat/users/me/', async (_request, response) => {
    const user = me(response);
    await pool.query('insert into users (id, username) values ($1, $2) on conflict do nothing', [
      user.id,
      user.username,
    ]);
    response.json(user);
  });

  app.get('/api/chat/conversations/', async (_request, response) => {
    response.json(await listConversations(pool, me(response).id));
  });

  app.post('/api/chat/conversations/', async (request, response) => {
    const body = target.safeParse(request.body);
    if (!body.success) return void response.status(400).json({ code: 'invalid_request' });
    const opened = await openConversation(pool, me(response).id, body.data.target_user_id);
    if (!opened) return void response.status(404).json({ code: 'not_found' });
    response.status(opened.created ? 201 : 200).json(opened.conversation);
  });

  app.get('/api/chat/conversations/:id/messages/', async (request, response) => {
    const query = range.safeParse(request.query);
    const id = idOf(request, response);
    if (!id) return;
    if (!query.success) return void response.status(400).json({ code: 'invalid_request' });
    const { limit, before } = query.data;
    const baseUrl = `${request.protocol}://${request.host}`;
    const input = { conversationId: id, userId: me(response).id, limit, before, baseUrl };
    const page = await listMessages(pool, input);
    if (!page) return void response.status(404).json({ code: 'not_found' });
    response.json(page);
  });

  app.post('/api/chat/conversations/:id/messages/', async (request, response) => {
    const body = draft.safeParse(request.body);
    const id = idOf(request, response);
    if (!id) return;
    if (!body.success) return void response.status(400).json({ code: 'invalid_request' });
    const participants = await findParticipants(pool, me(response).id, id);
    if (!participants) return void response.status(404).json({ code: 'not_found' });
    response.status(201).json(await sendMessage(pool, id, me(response), body.data.content));
  });
  return app;
}

const user = z.object({ id: z.string(), username: z.string() });

function me(response: Response): Sender {
  return user.parse(response.locals['user']);
}

function idOf(request: Request, response: Response): string | undefined {
  const id = conversationId.safeParse(request.params['id']);
  if (!id.success) response.status(404).json({ code: 'not_found' });
  return id.data;
}
