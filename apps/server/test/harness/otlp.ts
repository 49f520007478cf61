import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const value = z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() });
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  attributes: z.array(z.object({ key: z.string(), value })).default([]),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.int().optional() }).default({}),
});
const body = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value })) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

type Attributes = Readonly<Record<string, string | number | undefined>>;
export interface ReceivedSpan extends Omit<z.output<typeof span>, 'attributes'> {
  readonly attributes: Attributes;
  readonly resource: Attributes;
}

/** What takes OTLP over HTTP as JSON: a collector, as far as these tests need one. */
export interface Receiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Every body as it came. */
  readonly bodies: readonly string[];
  readonly paths: ReadonlySet<string | undefined>;
  stop(): Promise<void>;
}

/** @param status of every answer; without one it takes everything and never says so */
export async function startReceiver({ status }: { status?: number } = { status: 200 }): Promise<Receiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const paths = new Set<string | undefined>();
  const server = createServer(async (request, response) => {
    paths.add(request.url);
    const received = await text(request);
    bodies.push(received);
    for (const { resource, scopeSpans } of body.parse(JSON.parse(received)).resourceSpans) {
      for (const each of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({ ...each, attributes: plain(each.attributes), resource: plain(resource.attributes) });
    }
    if (status !== undefined) response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    spans,
    bodies,
    paths,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function plain(attributes: readonly { key: string; value: z.output<typeof value> }[]): Attributes {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue } }) => [key, stringValue ?? intValue]),
  );
}
