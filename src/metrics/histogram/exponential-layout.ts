/**
 * The one bucket layout of all histograms: base-2 exponential buckets at scale 5, 32 for every power of two.
 *
 * Bucket `i` holds the values in (base^i, base^(i+1)] with base = 2^(1/32), its upper bound included, as in the
 * OpenTelemetry metrics data model, "ExponentialHistogram", at scale 5. Prometheus' native histograms of schema 5
 * have the same buckets, and number them by their upper bound: their index is this one plus one.
 *
 * A bound is rounded to the nearest double. Values are compared with that double, so that {@link indexOf} and
 * {@link upperBound} agree to the last bit.
 */

/** OpenTelemetry's scale, and Prometheus' schema, of the layout. */
export const SCALE = 5;

const BUCKETS_PER_DOUBLING = 2 ** SCALE;

/** 2^(k/32), each the nearest double. */
const MANTISSA_BOUNDS: readonly number[] = [
  1.0, 1.0218971486541166, 1.0442737824274138, 1.0671404006768237, 1.0905077326652577, 1.1143867425958924,
  1.1387886347566916, 1.1637248587775775, 1.189207115002721, 1.215247359980469, 1.241857812073484,
  1.2690509571917332, 1.2968395546510096, 1.3252366431597413, 1.3542555469368927, 1.383909881963832,
  1.4142135623730951, 1.4451808069770467, 1.4768261459394993, 1.5091644275934228, 1.5422108254079407,
  1.5759808451078865, 1.6104903319492543, 1.645755478153965, 1.681792830507429, 1.718619298122478,
  1.7562521603732995, 1.7947090750031072, 1.8340080864093424, 1.8741676341103, 1.9152065613971474,
  1.9571441241754002,
];

/** The bucket of the smallest positive double, 2^-1074. */
export const MIN_INDEX = -1074 * BUCKETS_PER_DOUBLING - 1;

/** The bucket of the largest double, just below 2^1024. */
export const MAX_INDEX = 1024 * BUCKETS_PER_DOUBLING - 1;

/** The bits of one double, little-endian. The high word has the sign, 11 bits of exponent and 20 of the mantissa. */
const double = new DataView(new ArrayBuffer(8));
const [LOW, HIGH] = [0, 4] as const;
const MANTISSA_MASK = 0xfffff;

/** The mantissa bits of the bounds. The last bound is 2, which no mantissa reaches. */
const boundHigh = new Uint32Array(BUCKETS_PER_DOUBLING + 1).fill(1 << 20);
const boundLow = new Uint32Array(BUCKETS_PER_DOUBLING + 1);
for (const [k, bound] of MANTISSA_BOUNDS.entries()) {
  double.setFloat64(0, bound, true);
  boundHigh[k] = double.getUint32(HIGH, true) & MANTISSA_MASK;
  boundLow[k] = double.getUint32(LOW, true);
}

/**
 * For each value of the top six bits of a mantissa, the number of bounds below all mantissas with these bits. Such a range
 * is 1/64 wide, narrower than any bucket, so at most one more bound is below a given mantissa.
 */
const boundsBelow = Uint8Array.from(
  { length: 64 },
  (_, top) => MANTISSA_BOUNDS.filter((bound) => bound < 1 + top / 64).length,
);

/**
 * The index of the bucket that holds a value.
 *
 * @param value positive and finite.
 */
export function indexOf(value: number): number {
  double.setFloat64(0, value, true);
  let exponent = (double.getUint32(HIGH, true) >>> 20) - 1023;
  if (exponent === -1023) {
    // A subnormal has no implicit leading one. Multiplied by 2^52 it has one, and loses no bit.
    double.setFloat64(0, value * 2 ** 52, true);
    exponent = (double.getUint32(HIGH, true) >>> 20) - 1023 - 52;
  }
  const mantissa = double.getUint32(HIGH, true) & MANTISSA_MASK;
  const below = boundsBelow[mantissa >>> 14] ?? 0;
  const bound = boundHigh[below] ?? 0;
  const isAbove =
    mantissa > bound || (mantissa === bound && double.getUint32(LOW, true) > (boundLow[below] ?? 0));
  return exponent * BUCKETS_PER_DOUBLING + below - (isAbove ? 0 : 1);
}

/**
 * The exclusive lower bound of a bucket: the upper bound of the bucket below; 0 for the lowest.
 *
 * Below 2^-1022 doubles are further apart than bounds: the result is the next double at or below the bound, and buckets
 * without any double have two equal bounds.
 *
 * @param index from {@link MIN_INDEX} to {@link MAX_INDEX}.
 */
function lowerBound(index: number): number {
  const exponent = index >> SCALE;
  const mantissa = MANTISSA_BOUNDS[index & (BUCKETS_PER_DOUBLING - 1)] ?? 1;
  if (exponent < -1022) return Math.floor(mantissa * 2 ** (exponent + 1074)) * Number.MIN_VALUE;
  double.setFloat64(0, mantissa, true);
  double.setUint32(HIGH, double.getUint32(HIGH, true) + (exponent << 20), true);
  return double.getFloat64(0, true);
}

/**
 * The inclusive upper bound of a bucket. For the last one it is the largest double in place of 2^1024, which is not
 * finite.
 *
 * @param index from {@link MIN_INDEX} to {@link MAX_INDEX}.
 */
export function upperBound(index: number): number {
  return index === MAX_INDEX ? Number.MAX_VALUE : lowerBound(index + 1);
}

const [, BASE = Number.NaN] = MANTISSA_BOUNDS;

/**
 * The estimate for any value in the bucket: the harmonic mean of its bounds, 2lu/(l+u). Its relative error is the same at
 * both bounds, (base - 1)/(base + 1) = 1.083 %, which is the least possible (geometric mean: 1.089 %, arithmetic mean:
 * 1.095 %). Below 2^-1022 the spacing of doubles adds to it.
 *
 * @param index from {@link MIN_INDEX} to {@link MAX_INDEX}.
 */
export function midpoint(index: number): number {
  return upperBound(index) * (2 / (1 + BASE));
}
