/**
 * The quantile `q`, interpolated between its two neighbours.
 *
 * @param {number[]} values at least one
 * @param {number} q between 0 and 1
 */
export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  return below + (above - below) * (position % 1);
}

/**
 * The median and the quartiles.
 *
 * @param {number[]} values at least one
 */
export function summarize(values) {
  return { low: quantile(values, 0.25), median: quantile(values, 0.5), high: quantile(values, 0.75) };
}

/**
 * The mean, and its standard error, `NaN` for a single value.
 *
 * @param {number[]} values at least one
 */
export function estimate(values) {
  const { length } = values;
  const mean = sum(values) / length;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / (length - 1);
  return { mean, error: Math.sqrt(variance / length) };
}

/**
 * The ratio of each value to that of the same round.
 *
 * @param {number[]} values
 * @param {number[]} reference as many
 */
export function ratios(values, reference) {
  return values.map((value, round) => value / reference[round]);
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
