import { randomUUID } from 'node:crypto';
import type { Conversation, Message } from '@duet/contract';
import { JWT_SECRET } from '@duet/testing/server';
import { SignJWT } from 'jose';
import { startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { createDatabase } from './database.ts';
import { type Answer, entity, request } from './http.ts';
import { connect, type TestSocket } from './socket.ts';

export { JWT_SECRET };

/** A server with a database of its own, reached through HTTP and sockets alone. */
export interface TestServer {
  readonly url: string;
  /** Empty with the embedded database. */
  readonly databaseUrl: string;
  /** The lines of its log. */
  readonly log: string[];
  /** Somebody new, known by a token of another system. */
  person(name?: string): Promise<Person>;
  stop(): Promise<void>;
}

export async function startServer(env: Record<string, string> = {}, webFolder?: string): Promise<TestServer> {
  const database = await createDatabase();
  const jwt = env['AUTH_ISSUER'] === undefined ? { JWT_SECRET } : {};
  const server = await startServerOn({ ...jwt, ...database.env, ...env }, webFolder);
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await database.drop();
    },
  };
}

/** The same on a database that is there, and stays when the server stops. */
export async function startServerOn(env: Record<string, string>, webFolder?: string): Promise<TestServer> {
  const log: string[] = [];
  const config = parseConfig({ PORT: '0', ...env });
  const logger = createLogger('trace', { write: (line) => log.push(line) });
  const app = await startApp(config, logger, webFolder);
  const url = `http://127.0.0.1:${app.port}`;
  return {
    url,
    databaseUrl: config.databaseUrl ?? '',
    log,
    person: (name = 'somebody') => personAt(url, randomUUID(), name),
    stop: () => app.close(0),
  };
}

/** Somebody whom the server at `url` knows by a token of another system. */
export async function personAt(url: string, id: string, name = id): Promise<Person> {
  const person = new Person(url, id, await mint({ sub: id, preferred_username: name }));
  await person.get('/api/chat/users/me/');
  return person;
}

/** A token as another system would sign it; good for a minute unless the claims say otherwise. */
export function mint(claims: Record<string, unknown>, secret = JWT_SECRET, alg = 'HS256'): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return new SignJWT({ exp, ...claims }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

/** Somebody with a token. */
export class Person {
  readonly url: string;
  readonly id: string;
  readonly token: string;

  constructor(url: string, id: string, token: string) {
    this.url = url;
    this.id = id;
    this.token = token;
  }

  get(path: string): Promise<Answer> {
    return request(this.url, 'GET', path, { token: this.token });
  }

  post(path: string, json: unknown): Promise<Answer> {
    return request(this.url, 'POST', path, { token: this.token, json });
  }

  /** A body as it goes over the wire. */
  postRaw(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    contentType = 'application/json',
  ): Promise<Answer> {
    return request(this.url, 'POST', path, {
      token: this.token,
      body,
      headers: { 'content-type': contentType },
    });
  }

  async open(other: Person): Promise<Conversation> {
    return (await this.post('/api/chat/conversations/', { target_user_id: other.id })).as(
      entity.conversation,
    );
  }

  async conversation(id: string): Promise<Conversation> {
    return (await this.get(`/api/chat/conversations/${id}/`)).as(entity.conversation);
  }

  async send(conversationId: string, content: string, message_id?: string): Promise<Message> {
    const path = `/api/chat/conversations/${conversationId}/messages/`;
    return (await this.post(path, { content, message_id })).as(entity.message);
  }

  connect(conversationId: string): Promise<TestSocket> {
    return connect(`${this.url}/ws/chat/${conversationId}/?token=${this.token}`);
  }
}
