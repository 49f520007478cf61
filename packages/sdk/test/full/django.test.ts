import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { PYTHON } from '@duet/testing/programs';
import { JWT_SECRET } from '@duet/testing/server';
import { expect, inject, test } from 'vitest';
import { createRest } from '../../src/index.ts';
import { guideProject } from '../harness/guide.ts';

test('Django: a signed-in user gets a token that names them, nobody gets none', async () => {
  const url = inject('serverUrl');
  const [id, username] = [randomUUID(), `olga-${randomUUID()}`];
  const folder = guideProject(url, {
    'main.py': `
import json, types
from django.conf import settings
settings.configure(JWT_SECRET=${JSON.stringify(JWT_SECRET)}, DEFAULT_CHARSET="utf-8")
from django.test import RequestFactory
from views import chat_token

def ask(user):
    request = RequestFactory().get("/chat-token")
    request.user = user
    return chat_token(request)

olga = types.SimpleNamespace(pk=${JSON.stringify(id)}, is_authenticated=True,
    get_username=lambda: ${JSON.stringify(username)}, get_full_name=lambda: "Olga Petrova")
nobody = types.SimpleNamespace(is_authenticated=False)
print(json.dumps([json.loads(ask(olga).content), ask(nobody).status_code]))`,
  });
  const { stdout } = await promisify(execFile)(PYTHON, ['main.py'], { cwd: folder });
  const [{ token }, status] = JSON.parse(stdout);
  const me = await createRest({ url, getToken: () => token }).users.me();
  expect(me).toEqual({ id, username, display_name: 'Olga Petrova' });
  expect(status).toBe(401);
});
