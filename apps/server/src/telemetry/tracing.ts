import type { Tracer } from '../domain/trace.ts';

/** Where spans go, and which. */
export interface TracingConfig {
  /** The base of an OTLP receiver, without `/v1/traces`. */
  readonly endpoint: string;
  /** Undefined: what OTEL_RESOURCE_ATTRIBUTES says, or `duet`. */
  readonly serviceName: string | undefined;
  readonly sampler: 'always_on' | 'always_off' | 'traceidratio';
  /** Whether a request that says of itself whether it is traced is taken at its word. */
  readonly followsParent: boolean;
  /** Of a hundred traces that begin here, so many hundredths: 0 to 1. */
  readonly ratio: number;
}

export interface TracingLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Lets go what was seen, within a second or two, and ends. */
  close(): Promise<void>;
}

/** Loads OpenTelemetry, and only where somebody wants its spans: it takes a tenth of a second, and 40 MB. */
export async function openTracing(
  config: TracingConfig | undefined,
  log: TracingLog,
): Promise<Tracing | undefined> {
  if (!config) return undefined;
  const { createTracing } = await import('./open-telemetry.ts');
  return createTracing(config, log);
}
