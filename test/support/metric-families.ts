import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const { loadSync, Reader } = protobuf;

export interface DecodedExemplar {
  labels: Record<string, string>;
  value: number;
  /** In seconds since 1970. */
  time: number;
}

export interface DecodedHistogram {
  count: number;
  sum: number;
  schema: number;
  zeroThreshold: number;
  zeroCount: number;
  /** By the index that Prometheus gives to a bucket; empty ones left out. */
  positive: Map<number, number>;
  negative: Map<number, number>;
  classic: { bound: number; count: number; exemplar: DecodedExemplar | undefined }[];
  exemplars: DecodedExemplar[];
}

export interface DecodedMetric {
  labels: Record<string, string>;
  /** `undefined` for a histogram. */
  value: number | undefined;
  histogram: DecodedHistogram | undefined;
}

export interface DecodedFamily {
  name: string;
  help: string;
  type: string;
  unit: string;
  metrics: DecodedMetric[];
}

const MetricFamily = loadSync(fileURLToPath(new URL('metrics.proto', import.meta.url))).lookupType(
  'io.prometheus.client.MetricFamily',
);

interface Pairs {
  label: { name: string; value: string }[];
}
type Exemplar = Pairs & { value: number; timestamp: { seconds: number; nanos: number } | null };
interface Spans {
  offset: number;
  length: number;
}
interface Histogram {
  sampleCount: number;
  sampleSum: number;
  schema: number;
  zeroThreshold: number;
  zeroCount: number;
  bucket: { cumulativeCount: number; upperBound: number; exemplar: Exemplar | null }[];
  positiveSpan: Spans[];
  positiveDelta: number[];
  negativeSpan: Spans[];
  negativeDelta: number[];
  exemplars: Exemplar[];
}
type Metric = Pairs &
  Record<'counter' | 'gauge' | 'untyped', { value: number } | null> & { histogram: Histogram | null };
interface Family {
  name: string;
  help: string;
  type: string;
  unit: string;
  metric: Metric[];
}

/** Decodes an answer in protobuf with the library protobufjs, and throws for what a client may not accept. */
export function readFamilies(bytes: Buffer): Map<string, DecodedFamily> {
  const reader = Reader.create(bytes);
  const families = new Map<string, DecodedFamily>();
  while (reader.pos < reader.len) {
    const message = MetricFamily.decodeDelimited(reader);
    const object = MetricFamily.toObject(message, { longs: Number, enums: String, defaults: true });
    const { name, help, type, unit, metric } = object as Family;
    if (families.has(name)) throw new Error(`two families are called ${name}`);
    const metrics = metric.map(metricOf);
    const identities = metrics.map(({ labels }) =>
      JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    const series = new Set(identities);
    if (series.size !== metrics.length) throw new Error(`a series of ${name} is there twice`);
    families.set(name, { name, help, type, unit, metrics });
  }
  return families;
}

function metricOf({ label, counter, gauge, untyped, histogram }: Metric): DecodedMetric {
  return {
    labels: labelsOf({ label }),
    value: (counter ?? gauge ?? untyped)?.value,
    histogram: histogram === null ? undefined : histogramOf(histogram),
  };
}

function labelsOf({ label }: Pairs): Record<string, string> {
  const labels = Object.fromEntries(label.map(({ name, value }) => [name, value]));
  if (Object.keys(labels).length !== label.length) throw new Error('a label is there twice');
  return labels;
}

function histogramOf(histogram: Histogram): DecodedHistogram {
  const positive = bucketsOf(histogram.positiveSpan, histogram.positiveDelta);
  const negative = bucketsOf(histogram.negativeSpan, histogram.negativeDelta);
  const total = [...positive.values(), ...negative.values()].reduce((sum, count) => sum + count, 0);
  // What Prometheus checks of a native histogram.
  if (total + histogram.zeroCount !== histogram.sampleCount)
    throw new Error('the buckets do not add up to the count');
  return {
    count: histogram.sampleCount,
    sum: histogram.sampleSum,
    schema: histogram.schema,
    zeroThreshold: histogram.zeroThreshold,
    zeroCount: histogram.zeroCount,
    positive,
    negative,
    classic: histogram.bucket.map(({ upperBound, cumulativeCount, exemplar }) => ({
      bound: upperBound,
      count: cumulativeCount,
      exemplar: exemplar === null ? undefined : exemplarOf(exemplar),
    })),
    exemplars: histogram.exemplars.map(exemplarOf),
  };
}

function exemplarOf({ label, value, timestamp }: Exemplar): DecodedExemplar {
  return {
    labels: labelsOf({ label }),
    value,
    time: timestamp === null ? Number.NaN : timestamp.seconds + timestamp.nanos / 1e9,
  };
}

function bucketsOf(spans: Spans[], deltas: number[]): Map<number, number> {
  const buckets = new Map<number, number>();
  let [index, count, at] = [0, 0, 0];
  for (const [number, { offset, length }] of spans.entries()) {
    if (number > 0 && offset < 0) throw new Error('a span begins before the one before has ended');
    index += offset;
    for (let i = 0; i < length; i++) {
      count += deltas[at++] ?? Number.NaN;
      if (!(count >= 0)) throw new Error(`a bucket has ${count} values`);
      if (count > 0) buckets.set(index, count);
      index++;
    }
  }
  if (at !== deltas.length) throw new Error('the spans have not as many buckets as there are counts');
  return buckets;
}
