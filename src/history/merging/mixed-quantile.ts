/** What is known of the values of one process in one step. */
export interface KnownQuantiles {
  /** The number of values, or their number per second. */
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * The median and the 99th percentile of the values of several processes together. Of each process, only these quantiles and its
 * maximum are known, so it is an estimate: values are taken to be spread evenly between them. It is exact if all values are of one
 * process, and always between the lowest and the highest quantile of the processes.
 *
 * @returns `NaN` if there are no values, or one of the processes does not know its quantiles.
 */
export function mixedQuantiles(all: readonly KnownQuantiles[]): [p50: number, p99: number] {
  const parts = all.filter(({ count }) => count > 0);
  const [first] = parts;
  if (first === undefined) return [Number.NaN, Number.NaN];
  if (parts.length === 1) return [first.p50, first.p99];
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const points = parts.flatMap(({ p50, p99, max }) => [p50, p99, max]).sort((a, b) => a - b);
  if (points.some(Number.isNaN)) return [Number.NaN, Number.NaN];
  const below = (value: number) =>
    parts.reduce((sum, part) => sum + part.count * shareBelow(part, value), 0) / total;
  const quantile = (q: number, of: (part: KnownQuantiles) => number) => {
    const values = parts.map(of);
    const [lowest, highest] = [Math.min(...values), Math.max(...values)];
    // The share below a value grows evenly between two points.
    let [from, shareFrom] = [lowest, below(lowest)];
    if (shareFrom >= q) return lowest;
    for (const to of [...points.filter((point) => point > lowest && point < highest), highest]) {
      const share = below(to);
      if (share >= q) return from + ((q - shareFrom) / (share - shareFrom)) * (to - from);
      [from, shareFrom] = [to, share];
    }
    return highest;
  };
  return [quantile(0.5, ({ p50 }) => p50), quantile(0.99, ({ p99 }) => p99)];
}

/** The share of the values of one process that are at most this. */
function shareBelow({ p50, p99, max }: KnownQuantiles, value: number): number {
  if (value >= max) return 1;
  if (value >= p99) return 0.99 + 0.01 * between(p99, max, value);
  if (value >= p50) return 0.5 + 0.49 * between(p50, p99, value);
  return 0.5 * Math.min(1, Math.max(0, between(Math.min(0, p50), p50, value)));
}

function between(from: number, to: number, value: number): number {
  return to > from ? (value - from) / (to - from) : 0;
}
