type Values = readonly (number | null)[];

/** The last value that there is. */
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

/** Mean over all steps. A step without a value counts as `empty`, or not at all where `empty` is undefined. */
export function mean(values: Values, empty?: number): number | null {
  let [sum, steps] = [0, 0];
  for (const value of values) {
    const counted = value ?? empty;
    if (counted === undefined) continue;
    sum += counted;
    steps++;
  }
  return steps === 0 ? null : sum / steps;
}

/** Mean of the last few steps, so that a number on the page does not jump with each second. */
export function recent(values: Values, steps = 5): number | null {
  return mean(values.slice(-steps));
}

/** Adds columns up, step by step. A step in which none has a value has none. */
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

/** The sum of one column in that of another. */
export function share(part: Values, whole: Values): number | null {
  const total = whole.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return total === 0 ? null : part.reduce<number>((sum, value) => sum + (value ?? 0), 0) / total;
}

/** The median of the medians of the steps, each step weighted by its number of values. */
export function weightedMedian(medians: Values, counts: Values): number | null {
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
