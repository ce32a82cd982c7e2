import type { ReadonlyBuckets } from '../../../metrics/histogram/exponential-buckets.js';
import { SCALE } from '../../../metrics/histogram/exponential-layout.js';
import type { HistogramView } from '../../../metrics/histogram/histogram-snapshot.js';

/** How fine the buckets of native histograms are. */
export interface Resolution {
  /** The highest schema, from {@link MIN_SCHEMA} to {@link SCALE}. */
  readonly schema: number;
  /** The most buckets with values in one histogram. One with more is scaled down, one schema at a time, until it fits. */
  readonly buckets: number;
}

/** The schema with the widest buckets that Prometheus knows: each is 65 536 times the one below. */
export const MIN_SCHEMA = -4;

/**
 * 1 000 buckets at schema 5 are 31 powers of two, such as from a microsecond to half an hour. The limit keeps a client that
 * can choose the values from making a scrape large.
 */
export const FULL_RESOLUTION: Resolution = { schema: SCALE, buckets: 1000 };

/** As in Prometheus' Go library. Values up to it are counted in the zero bucket. It is a bucket bound in every schema. */
export const ZERO_THRESHOLD = 2 ** -128;
const ZERO_INDEX = -128 << SCALE;

/** The most empty buckets that are written to continue a span. A new span takes more bytes than two of them. */
const MAX_GAP = 2;

/** Buckets as Prometheus writes them: spans of consecutive buckets, and the difference of each count to the previous one. */
export interface Spans {
  /** The first is the index of a bucket, each other one the distance from the end of the previous span. */
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
  readonly deltas: readonly number[];
}

export interface NativeHistogram {
  readonly schema: number;
  readonly zeroCount: number;
  readonly positive: Spans;
  readonly negative: Spans;
}

/** Buckets with values, in ascending order. */
interface Populated {
  readonly indices: number[];
  readonly counts: number[];
}

/**
 * The histogram as a native one: bucket for bucket, since the layout is that of schema 5. A lower schema is exact as well: it
 * merges two buckets into one.
 */
export function nativeHistogramOf(view: HistogramView, limit: Resolution): NativeHistogram {
  let positive = populatedIn(view.positive);
  let negative = populatedIn(view.negative);
  const inBuckets = totalOf(positive) + totalOf(negative);
  let schema: number = SCALE;
  const isTooFine = () =>
    schema > limit.schema || positive.indices.length + negative.indices.length > limit.buckets;
  while (schema > MIN_SCHEMA && isTooFine()) {
    positive = halve(positive);
    negative = halve(negative);
    schema--;
  }
  return {
    schema,
    zeroCount: view.count - inBuckets,
    positive: spansOf(positive),
    negative: spansOf(negative),
  };
}

function populatedIn(buckets: ReadonlyBuckets): Populated {
  const indices: number[] = [];
  const counts: number[] = [];
  buckets.visit((index, count) => {
    if (index < ZERO_INDEX) return;
    indices.push(index);
    counts.push(count);
  });
  return { indices, counts };
}

function halve({ indices, counts }: Populated): Populated {
  const halved: Populated = { indices: [], counts: [] };
  for (const [at, index] of indices.entries()) {
    const last = halved.indices.length - 1;
    if (halved.indices[last] === index >> 1) {
      halved.counts[last] = (halved.counts[last] ?? 0) + (counts[at] ?? 0);
    } else {
      halved.indices.push(index >> 1);
      halved.counts.push(counts[at] ?? 0);
    }
  }
  return halved;
}

function totalOf({ counts }: Populated): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

function spansOf({ indices, counts }: Populated): Spans {
  const offsets: number[] = [];
  const lengths: number[] = [];
  const deltas: number[] = [];
  let [end, previous] = [0, 0];
  for (let at = 0; at < indices.length; at++) {
    // Prometheus numbers a bucket by its upper bound, and this layout by its lower one.
    const index = (indices[at] ?? 0) + 1;
    let gap = index - end;
    if (at === 0 || gap > MAX_GAP) {
      offsets.push(gap);
      lengths.push(0);
      gap = 0;
    }
    const span = lengths.length - 1;
    lengths[span] = (lengths[span] ?? 0) + gap + 1;
    for (; gap > 0; gap--) {
      deltas.push(-previous);
      previous = 0;
    }
    const count = counts[at] ?? 0;
    deltas.push(count - previous);
    previous = count;
    end = index + 1;
  }
  return { offsets, lengths, deltas };
}
