import type { Exemplar } from '../../../metrics/histogram/exemplar.js';
import { exemplarsByBucket } from '../bucket-exemplars.js';
import type { HistogramView } from '../../../metrics/histogram/histogram-snapshot.js';
import type { HistogramSample } from '../exposition-family.js';
import type { MessageBuffer } from './message-buffer.js';
import type { Resolution, Spans } from './native-histogram.js';
import { nativeHistogramOf, ZERO_THRESHOLD } from './native-histogram.js';

/** Fields of `io.prometheus.client.Histogram`, its `Bucket`, its `BucketSpan`, and of `Exemplar`. */
const HISTOGRAM = {
  count: 1,
  sum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  negative: { span: 9, delta: 10 },
  positive: { span: 12, delta: 13 },
  exemplars: 16,
} as const;
const BUCKET = { count: 1, bound: 2, exemplar: 3 } as const;
const SPAN = { offset: 1, length: 2 } as const;
const EXEMPLAR = { label: 1, value: 2, timestamp: 3 } as const;
const LABEL = { name: 1, value: 2 } as const;
const TIMESTAMP = { seconds: 1, nanos: 2 } as const;

/** Writes the native buckets of a histogram, and beside them the classic ones that it was described with. */
export function writeHistogram(
  message: MessageBuffer,
  { view, exemplars }: HistogramSample,
  resolution: Resolution,
): void {
  message.unsigned(HISTOGRAM.count, view.count);
  message.double(HISTOGRAM.sum, view.sum);
  if (view.classic !== undefined) writeClassic(message, view, view.classic, exemplars);
  const { schema, zeroCount, positive, negative } = nativeHistogramOf(view, resolution);
  message.signed(HISTOGRAM.schema, schema);
  // Prometheus treats a histogram with a zero threshold as a native one, with or without values.
  message.double(HISTOGRAM.zeroThreshold, ZERO_THRESHOLD);
  message.unsigned(HISTOGRAM.zeroCount, zeroCount);
  writeSpans(message, HISTOGRAM.negative, negative);
  writeSpans(message, HISTOGRAM.positive, positive);
  for (const exemplar of exemplars ?? []) writeExemplar(message, HISTOGRAM.exemplars, exemplar);
}

/** The bucket of +Inf has the count of the histogram, so it is written only if it has an exemplar. */
function writeClassic(
  message: MessageBuffer,
  { count }: HistogramView,
  classic: NonNullable<HistogramView['classic']>,
  exemplars: Iterable<Exemplar> | undefined,
): void {
  const { bounds } = classic;
  const totals = classic.totals();
  const byBucket = exemplars && exemplarsByBucket(exemplars, bounds);
  for (const [at, bound] of bounds.entries()) {
    writeBucket(message, bound, totals[at] ?? 0, byBucket?.get(at));
  }
  const last = byBucket?.get(bounds.length);
  if (last !== undefined) writeBucket(message, Infinity, count, last);
}

function writeBucket(
  message: MessageBuffer,
  bound: number,
  count: number,
  exemplar: Exemplar | undefined,
): void {
  const bucket = message.begin(HISTOGRAM.bucket);
  message.unsigned(BUCKET.count, count);
  message.double(BUCKET.bound, bound);
  if (exemplar !== undefined) writeExemplar(message, BUCKET.exemplar, exemplar);
  message.end(bucket);
}

function writeExemplar(message: MessageBuffer, field: number, { labels, value, time }: Exemplar): void {
  const exemplar = message.begin(field);
  for (const [name, text] of Object.entries(labels)) {
    const label = message.begin(EXEMPLAR.label);
    message.string(LABEL.name, name);
    message.string(LABEL.value, text);
    message.end(label);
  }
  message.double(EXEMPLAR.value, value);
  const timestamp = message.begin(EXEMPLAR.timestamp);
  message.unsigned(TIMESTAMP.seconds, Math.floor(time / 1000));
  message.unsigned(TIMESTAMP.nanos, (time % 1000) * 1_000_000);
  message.end(timestamp);
  message.end(exemplar);
}

function writeSpans(
  message: MessageBuffer,
  fields: { readonly span: number; readonly delta: number },
  { offsets, lengths, deltas }: Spans,
): void {
  for (const [at, offset] of offsets.entries()) {
    const span = message.begin(fields.span);
    message.signed(SPAN.offset, offset);
    message.unsigned(SPAN.length, lengths[at] ?? 0);
    message.end(span);
  }
  if (deltas.length > 0) message.packed(fields.delta, deltas);
}
