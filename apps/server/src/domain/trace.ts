/** What is under way: where a span is in its trace, as W3C Trace Context says it. */
export interface Trace {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** Something that begins and ends, and can be seen afterwards. */
export interface Span {
  readonly trace: Trace;
  /** @param code why it was refused, or failed */
  end(code?: string, attributes?: SpanAttributes): void;
}

/** Names of things, numbers and codes; never a token, a username or what somebody wrote. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanOptions {
  /** Something that came from outside, or a part of the work on it. */
  readonly kind: 'server' | 'internal';
  /** What the client said it is a part of: its `traceparent`. */
  readonly traceparent?: string | undefined;
  /** What is done here together. */
  readonly links?: readonly Trace[];
  readonly attributes?: SpanAttributes;
}

/** The port to tracing; where nothing is traced there is none. */
export interface Tracer {
  begin(name: string, options: SpanOptions): Span;
}
