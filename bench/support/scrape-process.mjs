/** The process that `scrape.mjs` starts: a server with very many series, which answers questions of its parent. */
import 'reflect-metadata';
import { createServer } from 'node:http';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter as OtelExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import prom from 'prom-client';
import { METRICS_SOURCE } from '../../dist/cjs/metrics/source/metrics-source.js';
import { PrometheusExporter } from '../../build/exporters/prometheus/prometheus.exporter.js';
import { TEXT } from '../../build/exporters/prometheus/text-format.js';
import { protobufFormat } from '../../build/exporters/prometheus/protobuf/protobuf-format.js';

process.on('disconnect', () => process.exit());

const VALUES = [0.003, 0.02, 0.02, 0.3, 4];
/** The default of prom-client, so that all implementations write the same lines. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PER_METRIC = 1000;

const labelsOf = (i) => ({ method: i % 2 ? 'GET' : 'POST', route: `/products/${i >> 1}/:id`, status: 200 });
const indexes = (count) => Array.from({ length: count }, (_, i) => i);

/** Creates the series of each implementation, and serves them. */
const sides = {
  async ours(counters, histograms) {
    class Root {}
    Module({ imports: [MonitorModule.forRoot({ maxSeries: 2_000_000 })] })(Root);
    const app = await NestFactory.create(Root, { logger: false });
    const monitor = app.get(MonitorService);
    if (buckets === 'same') {
      for (const i of indexes(histograms)) {
        monitor.describe(`duration_${Math.floor(i / PER_METRIC)}_seconds`, { buckets: BUCKETS });
      }
    }
    for (const i of indexes(counters)) {
      monitor.count(`requests_${Math.floor(i / PER_METRIC)}`, 1, labelsOf(i % PER_METRIC));
    }
    for (const i of indexes(histograms)) {
      const name = `duration_${Math.floor(i / PER_METRIC)}_seconds`;
      for (const value of VALUES) monitor.observe(name, value, labelsOf(i % PER_METRIC));
    }
    const exporter = new PrometheusExporter(app.get(METRICS_SOURCE));
    await app.listen(0, '127.0.0.1');
    const write = async (format) => {
      // A sample for each histogram, since one without new samples is not read again.
      for (const i of indexes(histograms)) {
        monitor.observe(`duration_${Math.floor(i / PER_METRIC)}_seconds`, 0.1, labelsOf(i % PER_METRIC));
      }
      const used = cpuTime();
      const pieces = [
        ...(await exporter.writeCurrent(format)),
        ...(await exporter.writeWindow(format, 'bench')).metrics,
      ];
      return [used(), Buffer.concat(pieces).length];
    };
    return {
      url: `${await app.getUrl()}/monitor/prometheus`,
      text: () => write(TEXT),
      protobuf: () => write(protobufFormat()),
    };
  },

  async 'prom-client'(counters, histograms) {
    const labelNames = ['method', 'route', 'status'];
    const memo = {};
    const metric = (Kind, name) => (memo[name] ??= new Kind({ name, help: name, labelNames }));
    for (const i of indexes(counters)) {
      metric(prom.Counter, `requests_${Math.floor(i / PER_METRIC)}_total`).inc(labelsOf(i % PER_METRIC));
    }
    for (const i of indexes(histograms)) {
      const histogram = metric(prom.Histogram, `duration_${Math.floor(i / PER_METRIC)}_seconds`);
      for (const value of VALUES) histogram.observe(labelsOf(i % PER_METRIC), value);
    }
    const text = async () => {
      const used = cpuTime();
      // In bytes like ours, since the text must be encoded before it is sent.
      const { length } = Buffer.from(await prom.register.metrics());
      return [used(), length];
    };
    const url = await serve(async (_request, response) => response.end(await prom.register.metrics()));
    return { url, text };
  },

  async OpenTelemetry(counters, histograms) {
    const exporter = new OtelExporter({ preventServerStart: true });
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));
    const meter = metrics.getMeter('bench');
    const memo = {};
    for (const i of indexes(counters)) {
      const name = `requests_${Math.floor(i / PER_METRIC)}`;
      (memo[name] ??= meter.createCounter(name)).add(1, labelsOf(i % PER_METRIC));
    }
    for (const i of indexes(histograms)) {
      const name = `duration_${Math.floor(i / PER_METRIC)}_seconds`;
      const advice = { explicitBucketBoundaries: BUCKETS };
      for (const value of VALUES) {
        (memo[name] ??= meter.createHistogram(name, { advice })).record(value, labelsOf(i % PER_METRIC));
      }
    }
    const url = await serve((request, response) => exporter.getMetricsRequestHandler(request, response));
    return { url };
  },
};

/** Returns a function that returns the CPU time of this process since now, in milliseconds. */
function cpuTime() {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}

async function serve(handler) {
  const server = createServer((request, response) => void handler(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}

let [stall, last, isWatching] = [0, 0, false];

/** Records the longest time between two iterations of the event loop. */
function turn() {
  const now = performance.now();
  stall = Math.max(stall, now - last);
  last = now;
  if (isWatching) setImmediate(turn);
}

const answers = {
  watch() {
    [stall, last, isWatching] = [0, performance.now(), true];
    setImmediate(turn);
  },
  stall() {
    isWatching = false;
    return stall;
  },
  text: () => side.text(),
  protobuf: () => side.protobuf(),
};

const [name, counters, histograms, buckets] = process.argv.slice(2);
const side = await sides[name](Number(counters), Number(histograms));
process.on('message', (question) => {
  if (question === 'collect') globalThis.gc();
  else void answer(question);
});

async function answer(question) {
  process.send({ answer: (await answers[question]()) ?? null });
}

// The parent may have ended while the modules were loaded.
if (!process.connected) process.exit();
process.send({ answer: side.url });
