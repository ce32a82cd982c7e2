import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { createRequire } from 'node:module';

/** Without a reader, OpenTelemetry's SDK throws samples away unseen. */
class SomeReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

/** The instrumentation of Node's http by itself, with metrics and without traces. It knows no routes. */
export async function setUp() {
  const reader = new SomeReader();
  registerInstrumentations({
    meterProvider: new MeterProvider({ readers: [reader] }),
    instrumentations: [new HttpInstrumentation()],
  });
  // It changes the server's class when somebody requires http, and is in time for the servers that come later. An
  // import goes past it.
  createRequire(import.meta.url)('http');
  return {
    seen: async () => {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter(({ descriptor }) => /^http\.server\.(request\.)?duration$/.test(descriptor.name))
        .flatMap(({ dataPoints }) => dataPoints)
        .reduce((sum, { value }) => sum + value.count, 0);
    },
  };
}
