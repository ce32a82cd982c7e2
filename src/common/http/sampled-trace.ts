/** A trace that is sampled. */
export interface SampledTrace {
  readonly trace_id: string;
  /** Known for a span of this process. */
  readonly span_id?: string;
}

/** Only what is read here. */
interface OpenTelemetryApi {
  readonly context?: { active(): { getValue(key: symbol): unknown } };
}
interface Span {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
}

/**
 * The global property with the API that `@opentelemetry/api` 1.x has registered, and the key of the span in a context. They are
 * read without that package: it need not be installed, and an agent may have its own copy of it.
 */
const API = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

const [SAMPLED, TRACE_ID, SPAN_ID] = [1, /^(?!0{32})[0-9a-f]{32}$/, /^(?!0{16})[0-9a-f]{16}$/] as const;
/** W3C Trace Context: version, trace, span, flags. A later version than 00 may have more behind the flags. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** Looking up the symbol in the global object is the slow part, so only one in this number of calls does it until a tracer is found. */
const CALLS_PER_LOOK_UP = 1000;

/** Finds the trace of the active span. A tracer is nearly always set up before the application listens. */
export class ActiveTraces {
  private api: OpenTelemetryApi | undefined;
  private calls = 0;

  /** The trace of the active span; `null` if that is not sampled, `undefined` if there is none. */
  current(): SampledTrace | null | undefined {
    if (this.api === undefined && this.calls++ % CALLS_PER_LOOK_UP === 0) {
      this.api = (globalThis as Record<symbol, OpenTelemetryApi | undefined>)[API];
    }
    // Without a context manager, no span is active.
    const context = this.api?.context;
    return context === undefined ? undefined : traceOf(context);
  }
}

function traceOf(context: NonNullable<OpenTelemetryApi['context']>): SampledTrace | null | undefined {
  try {
    const span = context.active().getValue(SPAN) as Span | undefined;
    if (span === undefined) return undefined;
    const { traceId, spanId, traceFlags } = span.spanContext();
    if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) return undefined;
    return (traceFlags & SAMPLED) === 0 ? null : { trace_id: traceId, span_id: spanId };
  } catch {
    // Another version of the API.
    return undefined;
  }
}

/** The trace in a `traceparent` header that is valid, if its sender has sampled it. */
export function traceIn(traceparent: unknown): SampledTrace | undefined {
  if (typeof traceparent !== 'string' || traceparent.length > 512) return undefined;
  const [whole, version, trace = '', span = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  if (whole === undefined || !TRACE_ID.test(trace) || !SPAN_ID.test(span)) return undefined;
  if (version === '00' && whole.length !== 55) return undefined;
  return (Number.parseInt(flags, 16) & SAMPLED) === 0 ? undefined : { trace_id: trace };
}
