import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { type JsonSchema, jsonSchema } from './generate/json.ts';

const content = z.record(z.string(), z.object({ schema: jsonSchema })).default({});
const parameter = z.object({
  in: z.enum(['path', 'query']),
  name: z.string(),
  required: z.boolean().default(false),
  schema: jsonSchema,
});
const operation = z.object({
  operationId: z.string(),
  parameters: z.array(parameter).default([]),
  requestBody: z.object({ content }).optional(),
  security: z.array(z.record(z.string(), z.unknown())),
  responses: z.record(z.string(), z.object({ content })),
});
const openApi = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operation)) });

/** One operation, as the server's own document has it. */
export interface Documented {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly needsToken: boolean;
  /** The token is that of the operator's own back end. */
  readonly isForService: boolean;
  readonly parameters: readonly z.infer<typeof parameter>[];
  readonly body: { readonly schema: JsonSchema; readonly holds: ValidateFunction } | undefined;
  /** By name, for those in the query. */
  readonly query: ReadonlyMap<string, ValidateFunction>;
  /** By status, the media types and what their bodies are held against. */
  readonly responses: ReadonlyMap<number, ReadonlyMap<string, ValidateFunction>>;
}

export interface ApiDocument {
  readonly operations: readonly Documented[];
  /** The operation that a request is for, if there is one. */
  find(method: string, target: string): Documented | undefined;
}

/** Reads `/openapi.json`, and compiles every schema in it once. */
export function readDocument(text: string): ApiDocument {
  const document: unknown = JSON.parse(text);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(z.record(z.string(), z.unknown()).parse(document), 'openapi');
  const compile = (...pointer: string[]) => {
    const path = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
    return ajv.compile({ $ref: `openapi#/${path.join('/')}` });
  };
  const operations = Object.entries(openApi.parse(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, found]): Documented => {
      const { operationId: id, parameters, requestBody, security, responses } = found;
      const at = ['paths', path, method];
      const json = requestBody?.content['application/json'];
      const ofQuery = [...parameters.entries()].filter(([, each]) => each.in === 'query');
      return {
        id,
        method: method.toUpperCase(),
        path,
        needsToken: security.length > 0,
        isForService: security.some((scheme) => 'service' in scheme),
        parameters,
        body: json && {
          schema: json.schema,
          holds: compile(...at, 'requestBody', 'content', 'application/json', 'schema'),
        },
        query: new Map(
          ofQuery.map(([i, { name }]) => [name, compile(...at, 'parameters', String(i), 'schema')]),
        ),
        responses: new Map(
          Object.entries(responses).map(([status, { content }]) => [
            Number(status),
            new Map(
              Object.keys(content).map((type) => [
                type,
                compile(...at, 'responses', status, 'content', type, 'schema'),
              ]),
            ),
          ]),
        ),
      };
    }),
  );
  const patterns = operations.map((each) => ({ each, pattern: patternOf(each.path) }));
  const find = (method: string, target: string) => {
    const [path = ''] = target.split('?', 1);
    const asked = method === 'HEAD' ? 'GET' : method;
    return patterns.find(({ each, pattern }) => each.method === asked && pattern.test(path))?.each;
  };
  return { operations, find };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
