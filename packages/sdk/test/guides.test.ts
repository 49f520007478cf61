import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { JWT_SECRET } from '@duet/testing/server';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createRest } from '../src/index.ts';
import { guideProject } from './harness/guide.ts';
import { person } from './harness/people.ts';
import { eventually } from './harness/until.ts';

// The modules of docs/guides, run as they stand.

const url = inject('serverUrl');
const env = { ...process.env, JWT_SECRET };
const olga = { id: 43, login: `olga-${randomUUID()}`, name: 'Olga Petrova' };

const whoIs = (token: string) => createRest({ url, getToken: () => token }).users.me();

/** Runs a module to its end. @returns what it printed */
async function run(folder: string, file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env });
  return stdout.trim();
}

/** A module that goes on until the test is over, and its first line. */
async function begin(folder: string, file: string): Promise<{ line: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) return { line, child };
  throw new Error(`${file} said nothing`);
}

test('Express: a session gets a token that names its user, no session gets none', async () => {
  const folder = guideProject(url, {
    'main.js': `
      import express from 'express';
      import { chatToken } from './express.js';
      const app = express();
      app.use((request, _, next) => {
        if (request.get('cookie') === 'signed=in') request.session = { user: ${JSON.stringify(olga)} };
        next();
      });
      app.use(chatToken);
      const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));`,
  });
  const { line: port } = await begin(folder, 'main.js');
  const ask = (cookie: string) => fetch(`http://127.0.0.1:${port}/chat-token`, { headers: { cookie } });
  const { token } = await (await ask('signed=in')).json();
  expect(await whoIs(token)).toEqual({ id: '43', username: olga.login, display_name: olga.name });
  expect((await ask('')).status).toBe(401);
});

test('Next.js: the same of a route', async () => {
  const folder = guideProject(url, {
    'session.js': `export const userOf = async (request) =>
      request.headers.get('cookie') === 'signed=in' ? ${JSON.stringify(olga)} : undefined;`,
    'main.js': `
      import { GET } from './route.js';
      const ask = (cookie) => GET(new Request('http://next.example/chat-token', { headers: { cookie } }));
      console.log(JSON.stringify([await (await ask('signed=in')).json(), (await ask('')).status]));`,
  });
  const [{ token }, status] = JSON.parse(await run(folder, 'main.js'));
  expect(await whoIs(token)).toEqual({ id: '43', username: olga.login, display_name: olga.name });
  expect(status).toBe(401);
});

test('the page asks for a token, and knows when nobody is signed in', async () => {
  const folder = guideProject(url, {
    'main.js': `
      import { getToken } from './get-token.js';
      const answers = [Response.json({ token: 't' }), Response.json({}, { status: 401 })];
      globalThis.fetch = async () => answers.shift();
      console.log(JSON.stringify([await getToken(), await getToken()]));`,
  });
  expect(JSON.parse(await run(folder, 'main.js'))).toEqual(['t', null]);
});

test('people are put, one and many', async () => {
  const users = Array.from({ length: 101 }, (_, i) => ({
    id: `${randomUUID()}`,
    login: `${i}-${randomUUID()}`,
    name: `Person ${i}`,
  }));
  const folder = guideProject(url, {
    'main.js': `
      import { putAll, putUser } from './put-users.js';
      const users = ${JSON.stringify(users)};
      await putAll(users);
      await putUser({ ...users[0], name: 'Renamed' });`,
  });
  await run(folder, 'main.js');
  const ada = await person();
  const [first, last] = [users[0]?.id ?? '', users.at(-1)?.id ?? ''];
  const found = await ada.users.find({ ids: [first, last] });
  expect(found.map(({ display_name }) => display_name)).toEqual(['Renamed', 'Person 100']);
});

test('a bot answers what came while it was away, and everything once', async () => {
  const [bot, ada] = [randomUUID(), await person()];
  const folder = guideProject(url, {
    'main.js': `
      import { runBot } from './bot.js';
      import { duetToken } from './duet-token.js';
      await runBot({
        url: ${JSON.stringify(url)},
        getToken: () => duetToken({ sub: ${JSON.stringify(bot)} }),
        answerTo: ({ content }) => 'You said ' + content,
      });
      console.log('caught up');`,
    'who.js': `
      import { duetToken } from './duet-token.js';
      console.log(await duetToken({ sub: ${JSON.stringify(bot)} }));`,
  });
  await whoIs(await run(folder, 'who.js'));
  const { id: conversation_id } = await ada.conversations.open({ target_user_id: bot });
  const say = (content: string) => ada.messages.send({ conversation_id, content });
  const heard = async () => {
    const { results } = await ada.messages.list({ conversation_id, order: 'asc' });
    return results.filter(({ sender }) => sender.id === bot).map(({ content }) => content);
  };
  await say('one');
  await say('two');
  const first = await begin(folder, 'main.js');
  expect(await heard()).toEqual(['You said one', 'You said two']);
  await say('three');
  await eventuallyAsync(async () => (await heard()).length === 3);
  first.child.kill('SIGKILL');
  await say('four');
  await begin(folder, 'main.js');
  expect(await heard()).toEqual(['one', 'two', 'three', 'four'].map((said) => `You said ${said}`));
});

/** Asks until it is so, one question at a time. */
async function eventuallyAsync(ask: () => Promise<boolean>): Promise<void> {
  let isSo = false;
  let isAsking = false;
  await eventually(() => {
    if (!isAsking) {
      isAsking = true;
      void ask().then((answer) => {
        isSo = answer;
        isAsking = false;
      });
    }
    return isSo;
  });
}
