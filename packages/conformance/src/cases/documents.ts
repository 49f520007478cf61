import { allOperations, clientFrames, inboxFrames } from '@duet/contract';
import { z } from 'zod';
import { section } from '../case.ts';
import { equal, holds, parse } from '../check.ts';
import type { Context } from '../context.ts';

/** What the server says of itself (PROTOCOL 3.10). */
export const documents = [
  section('3.10', 'Everything else', [
    ['/openapi.json is OpenAPI 3.1 and names every operation at its exact path', openApi],
    ['/asyncapi.json is AsyncAPI 3.0 and names every socket and every frame', asyncApi],
    ['/docs/ and /docs/socket/ are there for people', docs],
    ['/healthz is 200 while the process lives, /readyz when it can serve', health],
  ]),
];

const openApiDocument = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});
const documented = z.object({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) });

async function openApi(t: Context) {
  const document = parse('/openapi.json', openApiDocument, (await t.request('GET', '/openapi.json')).json());
  holds('openapi', document.openapi.startsWith('3.1'), document.openapi);
  for (const { operation } of allOperations) {
    const { id, method, path, success } = operation;
    const entry = parse(`${method} ${path}`, documented, document.paths[path]?.[method.toLowerCase()]);
    equal(`${method} ${path}: operationId`, entry.operationId, id);
    for (const status of Object.keys(success))
      holds(`${id} documents ${status}`, status in entry.responses, Object.keys(entry.responses));
  }
}

const asyncApiDocument = z.object({
  asyncapi: z.string(),
  channels: z.record(z.string(), z.object({ address: z.string() })),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

async function asyncApi(t: Context) {
  const document = parse(
    '/asyncapi.json',
    asyncApiDocument,
    (await t.request('GET', '/asyncapi.json')).json(),
  );
  holds('asyncapi', document.asyncapi.startsWith('3.0'), document.asyncapi);
  const addresses = Object.values(document.channels).map(({ address }) => address);
  equal('the addresses', addresses.sort(), ['/ws/chat/', '/ws/chat/{conversation_id}/']);
  const text = JSON.stringify(document.components.schemas);
  for (const type of [...Object.keys(clientFrames), ...Object.keys(inboxFrames)])
    holds(
      `the frame ${type} is described`,
      text.includes(`"const":"${type}"`) || text.includes(`["${type}"]`),
      type,
    );
}

async function docs(t: Context) {
  for (const path of ['/docs/', '/docs/socket/']) {
    const answer = await t.request('GET', path);
    equal(`GET ${path}: status`, answer.status, 200);
    holds(
      `GET ${path} is a page`,
      /^text\/html\b/.test(answer.headers.get('content-type') ?? ''),
      answer.headers.get('content-type'),
    );
  }
}

async function health(t: Context) {
  for (const path of ['/healthz', '/readyz']) equal(path, (await t.request('GET', path)).status, 200);
}
