import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** A request as it came, with when. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
  readonly at: number;
}

/** What to do with a request. */
export type Step = (response: ServerResponse, request: Heard) => void | Promise<void>;

/** A server that does one step a request, the last for all that follow; it ends with the test. The live part counts what is unread beside the script. */
export async function scripted(...steps: [Step, ...Step[]]): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/api/chat/unread/') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"unread_count":0,"conversations":0}');
      return;
    }
    const step = steps[Math.min(heard.length, steps.length - 1)] ?? steps[0];
    const entry = await read(request);
    heard.push(entry);
    await step(response, entry);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, heard };
}

async function read(request: IncomingMessage): Promise<Heard> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const { method = '', url: path = '', headers } = request;
  return { method, path, authorization: headers.authorization, body, at: performance.now() };
}

/** Answers with JSON, or with text as it is. */
export const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Step =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** Refuses as the contract says. */
export const refuse = (status: number, code: string, headers: Record<string, string> = {}): Step =>
  answer(status, { code, status, title: code, detail: code, type: '', request_id: 'r-1' }, headers);

/** Never answers. */
export const hang: Step = () => {};

/** Cuts the connection. */
export const drop: Step = (response) => {
  response.destroy();
};
