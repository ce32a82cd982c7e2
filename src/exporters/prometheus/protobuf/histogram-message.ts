import type { HistogramSample } from '../exposition-family.js';
import type { MessageBuffer } from './message-buffer.js';
import type { Resolution, Spans } from './native-histogram.js';
import { nativeHistogramOf, ZERO_THRESHOLD } from './native-histogram.js';

/** Fields of `io.prometheus.client.Histogram`, its `Bucket` and its `BucketSpan`. */
const HISTOGRAM = {
  count: 1,
  sum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  negative: { span: 9, delta: 10 },
  positive: { span: 12, delta: 13 },
} as const;
const BUCKET = { count: 1, bound: 2 } as const;
const SPAN = { offset: 1, length: 2 } as const;

/** Writes the native buckets of a histogram, and beside them the classic ones that it was described with. */
export function writeHistogram(
  message: MessageBuffer,
  { view }: HistogramSample,
  resolution: Resolution,
): void {
  message.unsigned(HISTOGRAM.count, view.count);
  message.double(HISTOGRAM.sum, view.sum);
  if (view.classic !== undefined) writeClassic(message, view.classic);
  const { schema, zeroCount, positive, negative } = nativeHistogramOf(view, resolution);
  message.signed(HISTOGRAM.schema, schema);
  // Prometheus takes a histogram with a threshold for a native one, with or without values.
  message.double(HISTOGRAM.zeroThreshold, ZERO_THRESHOLD);
  message.unsigned(HISTOGRAM.zeroCount, zeroCount);
  writeSpans(message, HISTOGRAM.negative, negative);
  writeSpans(message, HISTOGRAM.positive, positive);
}

/** Without the bucket of +Inf, which has the count. */
function writeClassic(
  message: MessageBuffer,
  classic: NonNullable<HistogramSample['view']['classic']>,
): void {
  const totals = classic.totals();
  for (const [at, bound] of classic.bounds.entries()) {
    const bucket = message.begin(HISTOGRAM.bucket);
    message.unsigned(BUCKET.count, totals[at] ?? 0);
    message.double(BUCKET.bound, bound);
    message.end(bucket);
  }
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
