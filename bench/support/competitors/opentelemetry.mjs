import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { createRequire } from 'node:module';

/** Without a reader, OpenTelemetry's SDK drops all samples. */
class SomeReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

/** Only the instrumentation of Node's http, with metrics and without traces. It has no routes. */
export async function setUp() {
  const reader = new SomeReader();
  registerInstrumentations({
    meterProvider: new MeterProvider({ readers: [reader] }),
    instrumentations: [new HttpInstrumentation()],
  });
  // It patches the class of the server when http is loaded by require(), for servers that are created later. It does
  // not see an import.
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
