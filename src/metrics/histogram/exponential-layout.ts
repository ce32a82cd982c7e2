/**
 * The one bucket layout of all histograms: base-2 exponential buckets at scale 5, 32 for every power of two.
 *
 * Bucket `i` holds the values in (base^i, base^(i+1)] with base = 2^(1/32), its upper bound included, as in the
 * OpenTelemetry metrics data model, "ExponentialHistogram", at scale 5. Prometheus' native histograms of schema 5
 * have the same buckets, and number them by their upper bound: their index is this one plus one.
 *
 * A bound that a double cannot hold is the double nearest to it. Values are compared with that double, so that
 * {@link indexOf}, {@link lowerBound} and {@link upperBound} agree to the last bit.
 */

/** OpenTelemetry's scale, and Prometheus' schema, of the layout. */
export const SCALE = 5;

const BUCKETS_PER_DOUBLING = 2 ** SCALE;

/** 2^(k/32), each the nearest double. */
export const MANTISSA_BOUNDS: readonly number[] = [
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

/** One double, and the two halves of its bits: sign, 11 bits of exponent and 20 of mantissa in the high one. */
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
double[0] = 1;
const HIGH = halves[0] === 0 ? 1 : 0;
const LOW = 1 - HIGH;

/**
 * The bounds as mantissa bits, to compare without making a double again. The last one stands for 2, which no
 * mantissa reaches.
 */
const boundHigh = new Uint32Array(BUCKETS_PER_DOUBLING + 1).fill(1 << 20);
const boundLow = new Uint32Array(BUCKETS_PER_DOUBLING + 1);
for (const [k, bound] of MANTISSA_BOUNDS.entries()) {
  double[0] = bound;
  boundHigh[k] = halves[HIGH] & 0xfffff;
  boundLow[k] = halves[LOW];
}

/**
 * For each value of the top six bits of a mantissa, how many bounds are below everything that begins so. As these
 * stretches, 1/64 wide, are narrower than any bucket, at most one more bound can be below a given mantissa.
 */
const boundsBelow = Uint8Array.from(
  { length: 64 },
  (_, top) => MANTISSA_BOUNDS.filter((bound) => bound < 1 + top / 64).length,
);

/**
 * The index of the bucket that holds a value.
 *
 * @param value positive and finite; for anything else the answer means nothing.
 */
export function indexOf(value: number): number {
  double[0] = value;
  let exponent = (halves[HIGH] >>> 20) - 1023;
  if (exponent === -1023) {
    // A subnormal has no leading one to count from. Scaled up it has one, and loses no bit.
    double[0] = value * 2 ** 52;
    exponent = (halves[HIGH] >>> 20) - 1023 - 52;
  }
  const mantissa = halves[HIGH] & 0xfffff;
  const below = boundsBelow[mantissa >>> 14];
  const bound = boundHigh[below];
  const isAbove = mantissa > bound || (mantissa === bound && halves[LOW] > boundLow[below]);
  return exponent * BUCKETS_PER_DOUBLING + below - (isAbove ? 0 : 1);
}

/**
 * What every value in the bucket is greater than. It is the upper bound of the bucket below; 0 for the lowest.
 *
 * Below 2^-1022 doubles are further apart than bounds: there it is the next double at or below the bound, and
 * buckets that no double falls into have two equal bounds.
 *
 * @param index from {@link MIN_INDEX} to {@link MAX_INDEX}.
 */
export function lowerBound(index: number): number {
  const exponent = index >> SCALE;
  const mantissa = MANTISSA_BOUNDS[index & (BUCKETS_PER_DOUBLING - 1)];
  if (exponent < -1022) return Math.floor(mantissa * 2 ** (exponent + 1074)) * Number.MIN_VALUE;
  double[0] = mantissa;
  halves[HIGH] += exponent << 20;
  return double[0];
}

/**
 * The greatest value in the bucket. That of the last one would be 2^1024, which is no finite double: there it is
 * the greatest double, which is the same to any value, and can be written as JSON.
 *
 * @param index from {@link MIN_INDEX} to {@link MAX_INDEX}.
 */
export function upperBound(index: number): number {
  return index === MAX_INDEX ? Number.MAX_VALUE : lowerBound(index + 1);
}

const BASE = MANTISSA_BOUNDS[1];

/**
 * The value to answer with for any value in the bucket: the harmonic mean of its bounds, 2lu/(l+u). Seen from
 * either bound, it is off by the same share of that bound, (base - 1)/(base + 1) = 1.083 %; every other point is
 * further off from one of them (the geometric mean by 1.089 %, the arithmetic one by 1.095 %). Below 2^-1022 the
 * spacing of doubles comes on top.
 *
 * @param index from {@link MIN_INDEX} to {@link MAX_INDEX}.
 */
export function midpoint(index: number): number {
  return upperBound(index) * (2 / (1 + BASE));
}
