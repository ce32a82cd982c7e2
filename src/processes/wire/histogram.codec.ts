import { ClassicBuckets } from '../../metrics/histogram/classic-buckets.js';
import { CompensatedSum } from '../../metrics/histogram/compensated-sum.js';
import type { ReadonlyBuckets } from '../../metrics/histogram/exponential-buckets.js';
import { ExponentialBuckets } from '../../metrics/histogram/exponential-buckets.js';
import { MAX_INDEX, MIN_INDEX } from '../../metrics/histogram/exponential-layout.js';
import { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { HistogramLine } from './lines.js';
import { WireError } from './lines.js';

/** A histogram as it is sent. */
export function encodeHistogram(snapshot: HistogramSnapshot): HistogramLine {
  const {
    count,
    exactSum,
    zeros,
    min = null,
    max = null,
    positive,
    negative,
    classic,
    squares = null,
  } = snapshot;
  const totals = classic?.totals();
  return [
    count,
    exactSum.value,
    exactSum.remainder,
    zeros,
    min,
    max,
    pairsOf(positive),
    pairsOf(negative),
    classic === undefined ? null : classic.bounds,
    totals === undefined ? null : totals.map((total, at) => total - (totals[at - 1] ?? 0)),
    squares,
  ];
}

/** @throws WireError for anything that {@link encodeHistogram} does not make. */
export function decodeHistogram(line: unknown): HistogramSnapshot {
  if (!Array.isArray(line) || line.length !== 11) throw new WireError('not a histogram');
  const [count, sum, remainder, zeros, min, max, positive, negative, bounds, counts, squares] =
    line as unknown[];
  if (!isCount(count) || !isCount(zeros) || !isNumber(sum) || !isNumber(remainder)) {
    throw new WireError('not the numbers of a histogram');
  }
  const extremes = isNumber(min) && isNumber(max) && min <= max ? { min, max } : undefined;
  if (count > 0 !== (extremes !== undefined)) throw new WireError('not the extremes of a histogram');
  return new HistogramSnapshot({
    count,
    sum: CompensatedSum.of(sum, remainder),
    // After an overflow, it is Infinity, which is null in JSON.
    squares: isCount(squares) ? squares : undefined,
    zeros,
    extremes,
    positive: bucketsOf(positive),
    negative: bucketsOf(negative),
    classic: bounds === null ? undefined : classicOf(bounds, counts),
  });
}

/** The buckets that a histogram takes in memory: from its lowest one to its highest. */
export function slotsOf({ positive, negative }: HistogramSnapshot): number {
  return Math.max(0, positive.last - positive.first + 1) + Math.max(0, negative.last - negative.first + 1);
}

function pairsOf(buckets: ReadonlyBuckets): number[] {
  const pairs: number[] = [];
  for (const [index, count] of buckets) pairs.push(index, count);
  return pairs;
}

function bucketsOf(pairs: unknown): ExponentialBuckets {
  if (!Array.isArray(pairs) || pairs.length % 2 !== 0) throw new WireError('not buckets');
  if (pairs.length === 0) return new ExponentialBuckets();
  const numbers = pairs as unknown[];
  let previous = MIN_INDEX - 1;
  for (let at = 0; at < numbers.length; at += 2) {
    const [index, count] = [numbers[at], numbers[at + 1]];
    if (
      !Number.isInteger(index) ||
      Number(index) <= previous ||
      Number(index) > MAX_INDEX ||
      !isCount(count)
    ) {
      throw new WireError('not a bucket');
    }
    previous = Number(index);
  }
  const start = Number(numbers[0]);
  const counts = new Float64Array(previous + 1 - start);
  for (let at = 0; at < numbers.length; at += 2)
    counts[Number(numbers[at]) - start] = Number(numbers[at + 1]);
  return new ExponentialBuckets(start, counts);
}

function classicOf(bounds: unknown, counts: unknown): ClassicBuckets {
  if (!ClassicBuckets.accepts(bounds) || !Array.isArray(counts) || counts.length !== bounds.length) {
    throw new WireError('not classic buckets');
  }
  if (!counts.every(isCount)) throw new WireError('not the counts of classic buckets');
  return new ClassicBuckets(bounds, Float64Array.from(counts as number[]));
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return isNumber(value) && value >= 0;
}
