import { describe, expect, it } from 'vitest';
import { upperBound } from './exponential-layout.js';
import { Histogram } from './histogram.js';
import type { HistogramSnapshot } from './histogram-snapshot.js';
import { first, present } from '../../../test/support/present.js';
import { Seeded } from '../../../test/support/seeded.js';

/** Returns the next pseudorandom number from 0 up to 1. */
type Random = () => number;

const DATA: Record<string, (random: Random) => number> = {
  uniform: (random) => 1e-3 + 10 * random(),
  exponential: (random) => 0.05 * -Math.log(1 - random()),
  'log-normal': (random) => 0.02 * Math.exp(2 * normal(random)),
  bimodal: (random) => (random() < 0.9 ? 0.001 : 3) * (1 + 0.1 * random()),
  constant: () => 0.1,
  'heavy-tailed': (random) => 1e-3 / (1 - random()) ** 2,
  'from 1e-9 to 1e9': (random) => 10 ** (18 * random() - 9),
  'of both signs': (random) => Math.sinh(20 * random() - 10),
  'of whole numbers': (random) => Math.floor(20 * random()) - 5,
  'on powers of two': (random) => 2 ** (Math.floor(60 * random()) - 30),
  'at the bounds of buckets': (random) => {
    const bound = upperBound(Math.floor(1900 * random()) - 951);
    return bound * (1 + (Math.floor(3 * random()) - 1) * Number.EPSILON);
  },
  'at two neighbouring bounds': (random) => upperBound(random() < 0.99 ? 6 : 7) * (1 + Number.EPSILON),
};

describe.each(Object.keys(DATA))('The snapshot of a histogram of data that is %s', (kind) => {
  it('has quantiles within 1.1 % of the exact ones', () => {
    let worst = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const random = seeded(seed);
      const values = sample(kind, random, 1 + Math.floor(2000 * random() ** 3));
      const sorted = values.toSorted((a, b) => a - b);
      const ranks = [0.5, 0.9, 0.99, 0.999, random(), random(), 1 / values.length].map((q) =>
        Math.ceil(q * values.length),
      );
      const answers = record(values).quantiles(ranks.map((rank) => rank / values.length));
      for (const [at, rank] of ranks.entries()) {
        worst = Math.max(worst, relativeError(answers[at], present(sorted[rank - 1])));
      }
    }
    expect(worst).toBeLessThan(0.011);
  });

  it('has the exact extremes as its outermost quantiles, and nothing beyond them', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const values = sample(kind, seeded(seed), 100);
      const [min, max] = [Math.min(...values), Math.max(...values)];
      const snapshot = record(values);
      expect(snapshot).toMatchObject({ min, max });
      expect(snapshot.quantiles([0, 1e-9, 1 / 100, 1])).toEqual([min, min, min, max]);
      const all = snapshot.quantiles(Array.from({ length: 101 }, (_, i) => i / 100)) as number[];
      expect(all.toSorted((a, b) => a - b)).toEqual(all);
      expect([all[0], all[100]]).toEqual([min, max]);
    }
  });

  it('merges, in any order and grouping, into the same as one histogram of all values', () => {
    for (let seed = 1; seed <= 15; seed++) {
      const random = seeded(seed);
      const parts = Array.from({ length: 6 }, () => sample(kind, random, Math.floor(200 * random())));
      const whole = facts(record(parts.flat()));
      const snapshots = parts.map((part) => record(part));
      expect(facts(snapshots.reduce((a, b) => a.merge(b)))).toEqual(whole);
      expect(facts(snapshots.reduceRight((a, b) => a.merge(b)))).toEqual(whole);
      const order = shuffled(snapshots, random);
      const merged = (from: number, to: number) => order.slice(from, to).reduceRight((a, b) => b.merge(a));
      expect(facts(first(order).merge(merged(1, 3)).merge(merged(3, 6)))).toEqual(whole);
      expect(snapshots.map(facts)).toEqual(parts.map((part) => facts(record(part))));
    }
  });

  it('minus an earlier one has the values recorded between the two', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seeded(seed);
      const histogram = new Histogram({ bounds: BOUNDS });
      for (const value of sample(kind, random, Math.floor(500 * random()))) histogram.observe(value);
      const earlier = histogram.snapshot();
      histogram.takeSegment();
      const values = sample(kind, random, Math.floor(500 * random()));
      for (const value of values) histogram.observe(value);
      const later = histogram.snapshot();
      const window = later.minus(earlier, histogram.takeSegment());
      expect(facts(window)).toEqual(facts(record(values)));
      expect(facts(window.merge(earlier))).toEqual(facts(later));
    }
  });
});

describe('HistogramSnapshot', () => {
  it('has no quantiles, minimum or maximum without a value', () => {
    const empty = record([]);
    expect(facts(empty)).toMatchObject({ count: 0, sum: 0, min: undefined, max: undefined });
    expect(empty.quantiles([0, 0.5, 1])).toEqual([undefined, undefined, undefined]);
    expect(empty.quantile(0.5)).toBeUndefined();
  });

  it('has no quantile outside 0 to 1, and returns the others in the given order', () => {
    expect(record([1, 2, 3]).quantiles([1, -0.1, 0, 1.1, Number.NaN, 0])).toEqual([
      3,
      undefined,
      1,
      undefined,
      undefined,
      1,
    ]);
  });

  it('returns the value of rank k for the quantile k/n, independently of rounding of the quotient', () => {
    for (let n = 1; n <= 300; n++) {
      const values = Array.from({ length: n }, (_, i) => 1.05 ** (i - 150));
      const answers = record(values).quantiles(values.map((_, i) => (i + 1) / n));
      const wrong = values.filter((value, i) => relativeError(answers[i], value) > 0.011);
      expect(wrong, `of ${n} values`).toEqual([]);
    }
  });

  it('changes from one value to the other exactly where the weight of the first one ends', () => {
    for (const [n, k] of [
      [10, 9],
      [100, 99],
      [1000, 999],
      [1000, 1],
      [3, 1],
      [7, 3],
    ] as const) {
      const snapshot = record([...Array<number>(k).fill(1), ...Array<number>(n - k).fill(1000)]);
      const [first, second] = snapshot.quantiles([k / n, (k + 0.01) / n]);
      const worst = Math.max(relativeError(first, 1), relativeError(second, 1000));
      expect(worst, `${k} of ${n}`).toBeLessThan(0.011);
    }
  });

  it('has zero as an exact quantile', () => {
    expect(record([-1, -1, 0, 0, 1, 1]).quantiles([0.5, 0.6])).toEqual([0, 0]);
  });

  it('is exact about values that are all the same', () => {
    for (const value of [0.1, -0.1, 1e-9, 1e9, Number.MIN_VALUE, Number.MAX_VALUE / 8]) {
      expect(record([value, value, value]).quantiles([0, 0.3, 0.5, 0.9, 1])).toEqual(Array(5).fill(value));
    }
  });

  it('merges with an empty one into the same', () => {
    const snapshot = record([1, 2, -3]);
    expect(facts(snapshot.merge(record([])))).toEqual(facts(snapshot));
    expect(facts(record([]).merge(snapshot))).toEqual(facts(snapshot));
  });

  it('keeps classic buckets only where both sides have the same', () => {
    const [a, b] = [new Histogram({ bounds: [1, 2] }), new Histogram({ bounds: [1, 3] })];
    for (const each of [a, b]) each.observe(2);
    expect(a.snapshot().merge(b.snapshot()).classic).toBeUndefined();
    expect(a.snapshot().merge(new Histogram().snapshot()).classic).toBeUndefined();
    expect(new Histogram().snapshot().merge(a.snapshot()).classic).toBeUndefined();
    expect(a.snapshot().merge(b.snapshot()).count).toBe(2);
  });

  it('has the extremes of a window within 1.1 % where they were not recorded, and new records exactly', () => {
    for (const [kind, seed] of Object.keys(DATA).flatMap((kind) =>
      [1, 2, 3, 4, 5].map((seed) => [kind, seed] as const),
    )) {
      const random = seeded(seed);
      const [early, late] = [sample(kind, random, 50), sample(kind, random, 5)];
      const { min, max } = record([...early, ...late]).minus(record(early));
      const [exactMin, exactMax] = [Math.min(...late), Math.max(...late)];
      expect(relativeError(min, exactMin), kind).toBeLessThan(exactMin < Math.min(...early) ? 1e-99 : 0.011);
      expect(relativeError(max, exactMax), kind).toBeLessThan(exactMax > Math.max(...early) ? 1e-99 : 0.011);
      expect(min).toBeLessThanOrEqual(max ?? Number.NaN);
    }
  });

  it('has zero as the exact lowest or highest value of a window', () => {
    const early = [-9, 9];
    expect(record([...early, 0, 1]).minus(record(early)).min).toBe(0);
    expect(record([...early, 0, -1]).minus(record(early)).max).toBe(0);
  });

  it('has no extremes in a window without values, even if they are given', () => {
    const window = record([1, 2]).minus(record([1, 2]), { min: 1, max: 2 });
    expect(facts(window)).toEqual(facts(record([])));
  });

  it('does not change when the given extremes change', () => {
    const extremes = { min: 2, max: 2 };
    const window = record([1, 2]).minus(record([1]), extremes);
    extremes.min = 0;
    expect(window.min).toBe(2);
  });
});

const BOUNDS = [-1, 0, 0.001, 0.1, 1, 2, 10];

function record(values: number[]): HistogramSnapshot {
  const histogram = new Histogram({ bounds: BOUNDS });
  for (const value of values) histogram.observe(value);
  return histogram.snapshot();
}

/** The values of a snapshot as a plain object. */
function facts({ count, sum, min, max, zeros, positive, negative, classic }: HistogramSnapshot): object {
  const buckets = { positive: [...positive], negative: [...negative], classic: classic?.cumulative() };
  return { count, sum, min, max, zeros, ...buckets };
}

function relativeError(answer: number | undefined, exact: number): number {
  if (answer === undefined) return Infinity;
  return answer === exact ? 0 : Math.abs(answer / exact - 1);
}

function sample(kind: string, random: Random, count: number): number[] {
  return Array.from({ length: count }, () => present(DATA[kind])(random));
}

function shuffled<T>(items: T[], random: Random): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function seeded(seed: number): Random {
  const random = new Seeded(seed);
  return () => random.next();
}
