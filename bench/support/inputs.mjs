/** What the samples of `samples.mjs` record. Each function has a turn of its own, so that all pairs of their results occur. */

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
const ROUTES = Array.from({ length: 50 }, (_, i) => `/products/${i}/:id`);
const STATUSES = [200, 201, 404, 500];
const LABEL_SETS = METHODS.length * ROUTES.length;

let labels = 0;

/** Three labels: as many sets as a small application has, used in turn, as requests would. */
export function nextLabels() {
  labels = (labels + 1) % LABEL_SETS;
  const kind = labels % METHODS.length;
  return { method: METHODS[kind], route: ROUTES[(labels / METHODS.length) | 0], status: STATUSES[kind] };
}

/**
 * Latencies in seconds, from a millisecond to a few seconds: most are short. Their number is prime, so that each label set gets all
 * of them.
 */
const LATENCIES = Float64Array.from({ length: 4093 }, () => Math.exp(Math.random() * 8 - 7));
let latency = 0;

export function nextLatency() {
  latency = (latency + 1) % LATENCIES.length;
  return LATENCIES[latency];
}

export function nextNanoseconds() {
  return Math.ceil(nextLatency() * 1e9);
}

export const NAMES = Array.from({ length: 1000 }, (_, i) => `metric_${i}`);
let name = 0;

export function nextName() {
  name = (name + 1) % NAMES.length;
  return NAMES[name];
}
