import { allOperations, errors, type Operation, problem } from '@duet/contract';
import { generateOpenApiDocument } from 'trpc-to-openapi';
import { documentedRouter } from './procedure.ts';

type Document = ReturnType<typeof generateOpenApiDocument>;

/** Errors that every operation can give. */
const COMMON_ERRORS = ['invalid_request', 'rate_limited', 'internal', 'unavailable'] as const;
const BODY_ERRORS = ['payload_too_large', 'unsupported_media_type'] as const;
const TOKEN_ERRORS = ['missing_token', 'invalid_token', 'token_expired', 'forbidden'] as const;
const JWT = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } as const;
const SECURITY = { bearer: [{ bearer: [] }], service: [{ service: [] }], none: [] };
const VERBS = { GET: 'get', POST: 'post', PUT: 'put' } as const;

/**
 * The OpenAPI 3.1 document. trpc-to-openapi makes it from procedures; what it cannot say comes from the contract: the trailing slash
 * (it drops it), the success statuses (it knows 200 alone) and problem details.
 */
export function openApiDocument(): Document {
  const document = generateOpenApiDocument(
    documentedRouter(allOperations.map(({ operation }) => operation)),
    {
      title: 'Duet',
      description:
        'One-to-one chat: conversations, history, live messages. What is live comes through [the sockets](/docs/socket/); [the app](/) uses both.',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      baseUrl: '/',
      securitySchemes: {
        bearer: JWT,
        service: { ...JWT, description: 'A token of the operator’s own back end (PROTOCOL 1.6).' },
      },
      defs: { Problem: problem },
      tags: [...new Set(allOperations.map(({ operation }) => operation.tag))],
    },
  );
  const paths: Document['paths'] = {};
  for (const { operation } of allOperations) {
    const { method, path } = operation;
    const verb = VERBS[method];
    const documented = document.paths?.[path.slice(0, -1)]?.[verb];
    if (!documented) throw new Error(`${method} ${path} is missing from the OpenAPI document`);
    documented.responses = { ...successes(operation, documented.responses?.['200']), ...failures(operation) };
    documented.security = SECURITY[operation.auth];
    paths[path] = { ...paths[path], [verb]: documented };
  }
  return { ...document, paths };
}

type Responses = NonNullable<NonNullable<NonNullable<Document['paths']>[string]['get']>['responses']>;
type Response = Responses[string];

function successes({ success, id }: Operation, generated: Response | undefined): Responses {
  const content = generated && 'content' in generated ? generated.content : undefined;
  return Object.fromEntries(
    Object.entries(success).map(([status, description]) => [
      status,
      {
        description,
        ...(status !== '204' && content && { content }),
        ...(id === 'listConversations' && {
          headers: {
            Link: { description: 'The next page, `rel="next"`.', schema: { type: 'string' as const } },
          },
        }),
      },
    ]),
  );
}

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Seconds to wait before the same is tried again.',
    schema: { type: 'integer' as const, minimum: 1 },
  },
};

/** One response a status, naming the codes that share it. */
function failures({ method, auth, errors: own }: Operation): Responses {
  const codes = [
    ...COMMON_ERRORS,
    ...(auth === 'none' ? [] : TOKEN_ERRORS),
    ...(method === 'GET' ? [] : BODY_ERRORS),
    ...own,
  ];
  const byStatus = Map.groupBy(codes, (code) => errors[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `\`${code}\`: ${errors[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        ...((status === 429 || status === 503) && { headers: RETRY_AFTER }),
      },
    ]),
  );
}
