/**
 * A client that sends requests on command: `node outgoing-process.mjs VARIANT CLIENT URL`. It reports the CPU time of one
 * request in microseconds, and how many requests its instrumentation has counted.
 */
import { subscribe } from 'node:diagnostics_channel';
import { Agent, get } from 'node:http';
import process, { argv } from 'node:process';

const [, , variant, client, url] = argv;
const agent = new Agent({ keepAlive: true, maxSockets: 10 });

const CLIENTS = {
  fetch: async () => (await fetch(url)).text(),
  http: () =>
    new Promise((resolve, reject) => {
      get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
    }),
};

/** What the monitor subscribes to. */
const CHANNELS = [
  'http.client.request.created',
  'http.client.request.start',
  'http.client.request.error',
  'http.client.response.finish',
  'undici:request:create',
  'undici:request:headers',
  'undici:request:trailers',
  'undici:request:error',
];

/** What measures the requests, by variant: each returns a function that returns how many it has counted. */
const VARIANTS = {
  bare: () => () => 0,
  again: () => () => 0,
  subscribers: () => {
    for (const channel of CHANNELS) subscribe(channel, () => {});
    return () => 0;
  },
  off: () => startMonitor(false),
  monitor: () => startMonitor(true),
  opentelemetry: async () => {
    const { registerInstrumentations } = await import('@opentelemetry/instrumentation');
    const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http');
    const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici');
    const { MeterProvider, MetricReader } = await import('@opentelemetry/sdk-metrics');
    const { createRequire } = await import('node:module');
    class SomeReader extends MetricReader {
      async onForceFlush() {}
      async onShutdown() {}
    }
    const reader = new SomeReader();
    registerInstrumentations({
      meterProvider: new MeterProvider({ readers: [reader] }),
      instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()],
    });
    // It patches http when it is loaded by require().
    const { Agent: PatchedAgent, get: patchedGet } = createRequire(import.meta.url)('http');
    const patchedAgent = new PatchedAgent({ keepAlive: true, maxSockets: 10 });
    CLIENTS.http = () =>
      new Promise((resolve, reject) => {
        patchedGet(url, { agent: patchedAgent }, (response) => response.resume().on('end', resolve)).on(
          'error',
          reject,
        );
      });
    return async () => {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter(({ descriptor }) => /^http\.client\.(request\.)?duration$/.test(descriptor.name))
        .flatMap(({ dataPoints }) => dataPoints)
        .reduce((sum, { value }) => sum + value.count, 0);
    };
  },
};

async function startMonitor(outgoing) {
  await import('reflect-metadata');
  const { NestFactory } = await import('@nestjs/core');
  const { Module } = await import('@nestjs/common');
  const { MonitorModule, MonitorService } = await import('nestjs-monitor');
  const collectors = { eventLoop: false, memory: false, gc: false, process: false };
  class AppModule {}
  Module({ imports: [MonitorModule.forRoot({ collectors, history: false, outgoing })] })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  return async () => {
    const { counters } = await app.get(MonitorService).metrics();
    const requests = Object.entries(counters).filter(([name]) => name.startsWith('http_client_requests{'));
    return requests.reduce((sum, [, value]) => sum + value, 0);
  };
}

const seen = await VARIANTS[variant]();

async function send(requests) {
  let left = requests;
  const one = async () => {
    while (left-- > 0) await CLIENTS[client]();
  };
  await Promise.all(Array.from({ length: 10 }, one));
}

async function measure(requests) {
  const before = process.cpuUsage();
  await send(requests);
  const { user, system } = process.cpuUsage(before);
  process.send({ microseconds: (user + system) / requests });
}

process.on('message', ({ requests }) => {
  if (requests === undefined) void Promise.resolve(seen()).then((count) => process.send({ seen: count }));
  else void measure(requests);
});
process.on('disconnect', () => process.exit());
// The parent may have ended during the start.
if (!process.connected) process.exit();
process.send('ready');
