/** The values without those that are missing. */
export function known(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** `NaN` without values. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** -Infinity without values. */
export function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

/** Infinity without values. */
export function lowest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

/** The middle one, or the mean of the two in the middle; `NaN` without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half - 1)]!) / 2;
}

/** The number of events, from their rate per second in each step and the seconds of each step. */
export function total(rates: readonly number[], seconds: readonly number[]): number {
  return Math.round(sum(known(rates.map((rate, at) => rate * (seconds[at] ?? Number.NaN)))));
}
