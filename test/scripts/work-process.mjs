// One of several processes, each of which answers for all, however it was started: by a test, or by pm2 in cluster or fork mode. Its
// settings are in the environment. It connects to WORK_EVENTS and writes lines of JSON there; the connection ends when it does.
//
// WORK_ADAPTER, WORK_PORT (the instances of pm2 in fork mode add their number), WORK_OPTIONS: those of the monitor as JSON, with
// "statsd": a port, "otlp": true, "publish": true in addition.
import { once } from 'node:events';
import { connect } from 'node:net';
import { startWork } from './work-application.mjs';

const {
  WORK_ADAPTER,
  WORK_PORT,
  WORK_OPTIONS = '{}',
  WORK_EVENTS,
  NODE_APP_INSTANCE,
  WORK_MODE,
} = process.env;
const { statsd, otlp, publish, ...options } = JSON.parse(WORK_OPTIONS);
const events = connect(Number(WORK_EVENTS), '127.0.0.1');
events.on('error', () => {});
await once(events, 'connect');
events.unref();
const tell = (event) => events.write(`${JSON.stringify({ pid: process.pid, ...event })}\n`);

const imports = [];
if (statsd !== undefined) {
  const { statsdPublisher } = await import('nestjs-monitor/statsd');
  options.publisher = [statsdPublisher({ client: { host: '127.0.0.1', port: statsd } })];
}
if (publish) {
  const publisher = ({ counters, histograms }) =>
    tell({ event: 'publish', work: counters.work ?? 0, size: histograms.size?.count ?? 0 });
  options.publisher = [...(options.publisher ?? []), publisher];
}
if (otlp) {
  const { MonitorOpenTelemetryModule } = await import('nestjs-monitor/opentelemetry');
  imports.push(MonitorOpenTelemetryModule.forRoot());
}
const port = Number(WORK_PORT) + (WORK_MODE === 'fork' ? Number(NODE_APP_INSTANCE) : 0);
const app = await startWork(WORK_ADAPTER, port, options, imports);
// A test counts intervals by this, and not by its own clock.
if (options.publishInterval !== undefined)
  setInterval(() => tell({ event: 'interval' }), options.publishInterval).unref();
tell({ event: 'listening', port: app.getHttpServer().address().port });
// For pm2, which waits for this message (`wait_ready`).
process.send?.('ready');
