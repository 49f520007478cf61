import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Tracer } from '../domain/trace.ts';
import type { Tracing, TracingConfig, TracingLog } from './tracing.ts';

/** What waits for a receiver that does not answer holds up nobody's end for longer. */
const CLOSE_TIMEOUT_MS = 1500;
const KINDS = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL };

/** Spans over OTLP, as JSON over HTTP. Nothing of it is global: several servers may run in one process. */
export function createTracing(config: TracingConfig, log: TracingLog): Tracing {
  const exporter = sayingSo(new OTLPTraceExporter({ url: `${config.endpoint}/v1/traces` }), log);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(named('duet'))
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
      .merge(named(config.serviceName)),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  return {
    tracer: tracerOf(provider),
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          log.warn({}, 'spans are lost: their receiver did not take the last ones in time');
          resolve();
        }, CLOSE_TIMEOUT_MS);
      });
      // A receiver that is away is no reason to fail: spans are a help, not a duty.
      await Promise.race([provider.shutdown().catch(() => {}), limit]);
      clearTimeout(timer);
    },
  };
}

/** Says when spans begin to be lost, and when they are no more. */
function sayingSo(exporter: SpanExporter, log: TracingLog): SpanExporter {
  let isAway = false;
  const look = ({ code, error: err }: ExportResult) => {
    const failed = code === ExportResultCode.FAILED;
    if (failed && !isAway) log.warn({ err }, 'spans are lost: their receiver does not take them');
    if (!failed && isAway) log.info({}, 'spans are received again');
    isAway = failed;
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        look(result);
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

function named(name: string | undefined): Resource {
  return resourceFromAttributes(name === undefined ? {} : { 'service.name': name });
}

function tracerOf(provider: TracerProvider): Tracer {
  const tracer = provider.getTracer('duet');
  return {
    begin: (name, { kind, traceparent, links = [], attributes = {} }) => {
      const remote = traceparent === undefined ? null : parseTraceParent(traceparent);
      const context = remote
        ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true })
        : ROOT_CONTEXT;
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes, links: links.map((to) => ({ context: to })) },
        context,
      );
      return {
        trace: span.spanContext(),
        end: (code, more) => {
          if (more) span.setAttributes(more);
          if (code !== undefined) {
            span.setAttribute('error.type', code);
            // By the conventions a refusal is the client's error, not the server's.
            if (code === 'internal') span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        },
      };
    },
  };
}

function samplerOf({ sampler, followsParent, ratio }: TracingConfig): Sampler {
  const root = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  }[sampler]();
  return followsParent ? new ParentBasedSampler({ root }) : root;
}
