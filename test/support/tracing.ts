import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import type { ReadableSpan, Sampler } from '@opentelemetry/sdk-trace';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { createRequire } from 'node:module';
import { onTestFinished } from 'vitest';

const http = new HttpInstrumentation();
// The instrumentation sees the module when it is required.
createRequire(import.meta.url)('http');
http.disable();

/**
 * Sets OpenTelemetry's tracing up in this process, as an application does: every request that arrives has a span. It is removed at
 * the end of the test.
 *
 * @returns the spans that have ended.
 */
export function startTracing(sampler: Sampler = new AlwaysOnSampler()): () => ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  http.setTracerProvider(provider);
  http.enable();
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  onTestFinished(() => {
    http.disable();
    for (const api of [trace, context, propagation]) api.disable();
  });
  return () => exporter.getFinishedSpans();
}
