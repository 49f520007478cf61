import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createEmbedded, createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, expect, test } from 'vitest';
import { entity, request } from '../harness/http.ts';
import { Person, startServerOn } from '../harness/server.ts';

const MOVE = fileURLToPath(new URL('../../src/move-to-postgres.ts', import.meta.url));
const embedded = await createEmbedded();
const database = await createPostgres();
afterAll(async () => {
  await embedded.drop();
  await database.drop();
});

test('what the embedded database held goes on at PostgreSQL: people, passwords, tokens, conversations, history', async () => {
  const before = await startServerOn(embedded.env);
  const password = 'correct horse';
  const register = async (username: string) =>
    (await request(before.url, 'POST', '/api/auth/register/', { json: { username, password } })).as(
      entity.session,
    );
  const [a, b] = [await register('ada, "the first"'), await register('Zoë\\N')];
  const [ada, ben] = [
    new Person(before.url, a.user.id, a.access),
    new Person(before.url, b.user.id, b.access),
  ];
  const { id } = await ada.open(ben);
  const texts = ['plain', 'a "quoted", comma', 'two\nlines', '\\N', '\\.', '👋'];
  for (const text of texts) await ada.send(id, text);
  await ben.post(`/api/chat/conversations/${id}/read/`, { seq: 2 });
  const list = (await ben.get('/api/chat/conversations/')).text;
  await before.stop();

  const move = () =>
    promisify(execFile)(process.execPath, [MOVE], {
      env: { ...embedded.env, ...database.env },
      timeout: PATIENCE_MS,
    });
  expect((await move()).stdout).toContain('JWT_SECRET');
  await expect(move()).rejects.toThrow('that database has users of its own already');

  const after = await startServerOn({
    ...database.env,
    JWT_SECRET: readFileSync(join(embedded.dataDir, 'jwt-secret'), 'utf8'),
  });
  try {
    const [moved, peer] = [
      new Person(after.url, ben.id, ben.token),
      new Person(after.url, ada.id, ada.token),
    ];
    expect((await moved.get('/api/chat/conversations/')).text).toBe(list);
    const { results } = (await moved.get(`/api/chat/conversations/${id}/messages/?order=asc`)).as(
      entity.page,
    );
    expect(results.map(({ content }) => content)).toEqual(texts);
    expect(await peer.send(id, 'onwards')).toMatchObject({ seq: texts.length + 1 });
    expect((await peer.open(moved)).id).toBe(id);
    const signedIn = await request(after.url, 'POST', '/api/auth/token/', {
      json: { username: b.user.username, password },
    });
    expect(signedIn.as(entity.session).user).toEqual(b.user);
    expect(
      (await request(after.url, 'POST', '/api/auth/token/refresh/', { json: { refresh: a.refresh } })).status,
    ).toBe(200);
  } finally {
    await after.stop();
  }
});
