type Values = readonly (number | null)[];

/** The last value that is not `null`. */
export function last(values: Values): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

export function highest(values: Values): number | null {
  return values.reduce<number | null>((most, value) => {
    if (value === null) return most;
    return most === null || value > most ? value : most;
  }, null);
}

/**
 * Mean over the time of all steps. A step without a value counts as `empty`, or not at all where `empty` is undefined.
 *
 * @param seconds how long each step took.
 */
export function mean(values: Values, seconds: Values, empty?: number): number | null {
  let [sum, time] = [0, 0];
  for (const [at, value] of values.entries()) {
    const counted = value ?? empty;
    const length = seconds[at] ?? 0;
    if (counted === undefined) continue;
    sum += counted * length;
    time += length;
  }
  return time === 0 ? null : sum / time;
}

/** Mean of the last few steps, so that a number on the page does not jump with each second. */
export function recent(values: Values, seconds: Values, empty?: number): number | null {
  return mean(values.slice(-5), seconds.slice(-5), empty);
}

/** Adds columns up, step by step. A step without a value in any column has no value. */
export function sum(columns: readonly Values[]): (number | null)[] {
  const length = columns.reduce((most, column) => Math.max(most, column.length), 0);
  return Array.from({ length }, (_, at) =>
    columns.reduce<number | null>((total, column) => {
      const value = column[at];
      return value === null || value === undefined ? total : (total ?? 0) + value;
    }, null),
  );
}

/** One column divided by another, step by step; without a divisor there is no value. */
export function ratio(part: Values, whole: Values): (number | null)[] {
  return whole.map((all, at) => (all === null || all === 0 ? null : (part[at] ?? 0) / all));
}

/** The number of events in each step, from events per second and how long each step took. */
export function events(rates: Values, seconds: Values): number[] {
  return seconds.map((length, at) => (rates[at] ?? 0) * (length ?? 0));
}

/** The events of one column as a share of those of another. Both are rates per second; `seconds` is how long each step took. */
export function share(part: Values, whole: Values, seconds: Values): number | null {
  const total = (rates: Values) => events(rates, seconds).reduce((sum, count) => sum + count, 0);
  const all = total(whole);
  return all === 0 ? null : total(part) / all;
}

/** The median of the medians of the steps, each step weighted by its number of values. */
export function weightedMedian(medians: Values, counts: readonly number[]): number | null {
  const steps = medians.flatMap((median, at) => {
    const weight = counts[at] ?? 0;
    return median === null || weight <= 0 ? [] : [{ median, weight }];
  });
  steps.sort((a, b) => a.median - b.median);
  const half = steps.reduce((total, { weight }) => total + weight, 0) / 2;
  let passed = 0;
  for (const { median, weight } of steps) {
    passed += weight;
    if (passed >= half) return median;
  }
  return null;
}
