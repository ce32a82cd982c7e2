import sketches from '@datadog/sketches-js';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { createHistogram } from 'node:perf_hooks';
import prom from 'prom-client';
import { NAMES, nextLabels, nextLatency, nextName, nextNanoseconds } from './inputs.mjs';
import { createMonitor } from './monitor.mjs';

const monitor = await createMonitor();

/** Without a reader, OpenTelemetry's SDK drops all samples. */
class SomeReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const meter = new MeterProvider({ readers: [new SomeReader()] }).getMeter('bench');
const registry = new prom.Registry();
const promCounter = (name, labelNames = []) =>
  new prom.Counter({ name, help: name, labelNames, registers: [registry] });
const promHistogram = (name, labelNames = []) =>
  new prom.Histogram({ name, help: name, labelNames, registers: [registry] });

const LABELS = ['method', 'route', 'status'];

/** The functions that record one sample. The first is ours. */
function oneName() {
  const map = new Map(NAMES.map((name) => [name, 0]));
  const unlabelled = promCounter('one_name');
  const counter = meter.createCounter('one_name');
  return {
    'count(name)': () => monitor.count('metric_7'),
    'Map, get and set': () => map.set('metric_7', map.get('metric_7') + 1),
    'prom-client, inc()': () => unlabelled.inc(),
    'OpenTelemetry, add()': () => counter.add(1),
  };
}

function thousandNames() {
  const map = new Map(NAMES.map((name) => [name, 0]));
  const counters = new Map(NAMES.map((name) => [name, promCounter(name)]));
  return {
    'count(name)': () => monitor.count(nextName()),
    'Map, get and set': () => {
      const name = nextName();
      map.set(name, map.get(name) + 1);
    },
    'prom-client, inc() of a counter from a Map': () => counters.get(nextName()).inc(),
  };
}

function boundCounter() {
  const bound = monitor.counter('bound', { method: 'GET', route: '/cats/:id', status: 200 });
  const labelled = promCounter('bound', LABELS);
  return {
    'counter(name, labels).inc(), bound once': () => bound.inc(),
    'prom-client, labels(...).inc()': () => labelled.labels('GET', '/cats/:id', 200).inc(),
  };
}

function labelledCounter() {
  const labelled = promCounter('labelled', LABELS);
  const counter = meter.createCounter('labelled');
  return {
    'count(name, 1, { three labels })': () => monitor.count('labelled', 1, nextLabels()),
    'prom-client, inc({ three labels })': () => labelled.inc(nextLabels()),
    'prom-client, labels({ three labels }).inc()': () => labelled.labels(nextLabels()).inc(),
    'OpenTelemetry, add(1, { three labels })': () => counter.add(1, nextLabels()),
  };
}

function histogram() {
  const bound = monitor.histogram('bound_histogram');
  const unlabelled = promHistogram('histogram');
  const native = createHistogram();
  const sketch = new sketches.DDSketch();
  const recorder = meter.createHistogram('histogram');
  return {
    'histogram(name).observe()': () => bound.observe(nextLatency()),
    'observe(name)': () => monitor.observe('bound_histogram', nextLatency()),
    'prom-client, observe()': () => unlabelled.observe(nextLatency()),
    "Node's createHistogram, record()": () => native.record(nextNanoseconds()),
    'DDSketch, accept()': () => sketch.accept(nextLatency()),
    'OpenTelemetry, record()': () => recorder.record(nextLatency()),
  };
}

function labelledHistogram() {
  const labelled = promHistogram('labelled_histogram', LABELS);
  const recorder = meter.createHistogram('labelled_histogram');
  return {
    'observe(name, value, { three labels })': () =>
      monitor.observe('labelled_histogram', nextLatency(), nextLabels()),
    'prom-client, observe({ three labels })': () => labelled.observe(nextLabels(), nextLatency()),
    'OpenTelemetry, record({ three labels })': () => recorder.record(nextLatency(), nextLabels()),
  };
}

export const WORKLOADS = {
  'A counter by its name': oneName(),
  'Counters of a thousand names': thousandNames(),
  'A counter handle, with labels': boundCounter(),
  'A counter with three labels': labelledCounter(),
  'A histogram': histogram(),
  'A histogram with three labels': labelledHistogram(),
};
