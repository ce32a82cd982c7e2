import { describe, expect, it } from 'vitest';
import { MessageBuffer } from '../src/exporters/prometheus/protobuf/message-buffer.js';
import { fillWithInvalidNames } from './support/invalid-names.js';
import type { DecodedFamily, DecodedHistogram } from './support/metric-families.js';
import { readFamilies } from './support/metric-families.js';
import { present } from './support/present.js';
import type { ScrapedRegistry } from './support/scrape.js';
import { scrapedRegistry, scrapedTwoRegistries } from './support/scrape.js';

/** Values of both signs from 1e-9 to 1e9, in no order. */
const scattered = Array.from({ length: 2000 }, (_, i) => Math.sin(i) * 10 ** (9 * Math.sin(i * i)));

const NO_LIMIT = { schema: 5, buckets: 100_000 };

/** The bounds of a bucket of a native histogram, as Prometheus computes them. */
const upperBound = (index: number, schema: number) => 2 ** (index * 2 ** -schema);

const histogramIn = (families: Map<string, DecodedFamily>, name: string): DecodedHistogram =>
  present(families.get(name)?.metrics[0]?.histogram, name);

describe.each([
  ['one registry', scrapedRegistry],
  ['two registries merged', scrapedTwoRegistries],
])('the protobuf of %s', (_what, make) => {
  const observed = async (values: number[], resolution?: Parameters<ScrapedRegistry['decoded']>[0]) => {
    const registry = make();
    for (const value of values) registry.observe('x', value);
    return histogramIn(await registry.decoded(resolution), 'x');
  };

  it('has the same families, series and values as the text, whatever they are called', async () => {
    const registry = fillWithInvalidNames(make());
    const text = await registry.families('text', 'a');
    const families = await registry.decoded(undefined, 'b');
    expect([...families.keys()].sort()).toEqual([...text.keys()].sort());
    // Other metrics change from one read to the next.
    const isSteady = (name: string) => !/^(?:process|nodejs)_/.test(name);
    for (const [name, { type, help, metrics }] of families) {
      const expected = present(text.get(name));
      expect([name, type.toLowerCase()]).toEqual([name, expected.type]);
      if (name !== 'described_seconds_total' && !help.includes('"')) expect(help).toBe(expected.help);
      const samples = expected.samples.filter((sample) => sample.name === name);
      if (type === 'HISTOGRAM' || !isSteady(name)) continue;
      expect(metrics.map(({ labels, value }) => ({ labels, value }))).toEqual(
        samples.map(({ labels, value }) => ({ labels, value })),
      );
    }
    expect(families.get('described_seconds_total')).toMatchObject({
      help: 'a\n"b"\\c\ufffd0000\ufffdd800',
      unit: 'seconds',
    });
  });

  it('has every value of a histogram in the bucket that Prometheus has for it at schema 5', async () => {
    const { count, sum, schema, zeroCount, zeroThreshold, positive, negative } = await observed(
      [...scattered, 0, 0, 1, 2, -1],
      NO_LIMIT,
    );
    expect({ count, schema, zeroCount, zeroThreshold }).toEqual({
      count: 2005,
      schema: 5,
      // sin(0) is 0.
      zeroCount: 3,
      zeroThreshold: 2 ** -128,
    });
    expect(sum).toBeCloseTo(
      scattered.reduce((total, value) => total + value, 2),
      3,
    );
    for (const [sign, buckets] of [
      [1, positive],
      [-1, negative],
    ] as const) {
      const values = [...scattered, 1, 2, -1].map((value) => sign * value).filter((value) => value > 0);
      for (const [index, number] of buckets) {
        const [lower, upper] = [upperBound(index - 1, 5), upperBound(index, 5)];
        expect(values.filter((value) => value > lower && value <= upper)).toHaveLength(number);
      }
    }
    // A bound is part of the bucket below it.
    expect(positive.get(0)).toBeGreaterThan(0);
    expect(positive.get(32)).toBeGreaterThan(0);
  });

  it('scales a histogram down to a lower schema exactly', async () => {
    const full = await observed(scattered, NO_LIMIT);
    for (const schema of [4, 3, 0, -2, -4]) {
      const scaled = await observed(scattered, { schema, buckets: 100_000 });
      expect(scaled).toMatchObject({ schema, count: full.count, sum: full.sum, zeroCount: full.zeroCount });
      for (const sign of ['positive', 'negative'] as const) {
        const expected = new Map<number, number>();
        for (const [index, count] of full[sign]) {
          const at = Math.ceil(index / 2 ** (5 - schema));
          expected.set(at, (expected.get(at) ?? 0) + count);
        }
        expect(scaled[sign]).toEqual(expected);
      }
    }
  });

  it('scales a histogram down until it has no more buckets than the limit', async () => {
    const full = await observed(scattered, NO_LIMIT);
    expect(full.positive.size + full.negative.size).toBeGreaterThan(200);
    const limited = await observed(scattered, { schema: 5, buckets: 200 });
    expect(limited.positive.size + limited.negative.size).toBeLessThanOrEqual(200);
    expect(limited.schema).toBeLessThan(5);
    expect(limited.count).toBe(2000);
    const finer = await observed(scattered, { schema: limited.schema + 1, buckets: 100_000 });
    expect(finer.positive.size + finer.negative.size).toBeGreaterThan(200);
    expect((await observed([0.1, 0.2], { schema: 5, buckets: 10 })).schema).toBe(5);
  });

  it('counts values too small for a bucket as zeros, and takes the largest numbers there are', async () => {
    const { zeroCount, count, positive, negative } = await observed([
      Number.MIN_VALUE,
      2 ** -128,
      -(2 ** -128),
      2 ** -127.9,
      1e300,
      -1e300,
    ]);
    expect({ zeroCount, count }).toEqual({ zeroCount: 3, count: 6 });
    expect([...positive.values(), ...negative.values()]).toEqual([1, 1, 1]);
    expect(present([...positive.keys()][0])).toBeGreaterThan(-128 * 32);
    expect(upperBound(present([...positive.keys()].at(-1)), 5) / 1e300).toBeCloseTo(1, 1);
  });

  it('has the classic buckets of a histogram that was described with some, beside the native ones', async () => {
    const registry = make();
    registry.describe('size', { buckets: [-1, 2.5, 10] });
    for (const value of [-1, 2.5, 2.6, 11]) registry.observe('size', value);
    registry.observe('other', 1);
    const families = await registry.decoded();
    expect(histogramIn(families, 'size').classic).toMatchObject([
      { bound: -1, count: 1 },
      { bound: 2.5, count: 2 },
      { bound: 10, count: 3 },
    ]);
    expect([...histogramIn(families, 'size').positive.values()]).toEqual([1, 1, 1]);
    expect(histogramIn(families, 'other').classic).toEqual([]);
  });

  it('marks a histogram without values as a native one', async () => {
    const registry = make();
    registry.histogram('x');
    expect(histogramIn(await registry.decoded(), 'x')).toMatchObject({
      count: 0,
      zeroCount: 0,
      zeroThreshold: 2 ** -128,
    });
  });

  it('has a family of any number of series in one message', async () => {
    const registry = make();
    registry.limitSeries(20_000);
    for (let i = 0; i < 5000; i++)
      registry.count('items', i, { item: `ünïcode and a long name of item ${i}` });
    registry.count('last');
    const families = await registry.decoded();
    const { metrics } = present(families.get('items_total'));
    expect(metrics).toHaveLength(5000);
    for (const { labels, value } of metrics) expect(labels.item).toMatch(new RegExp(` ${value}$`));
    expect(families.get('last_total')?.metrics).toEqual([{ labels: {}, value: 1, histogram: undefined }]);
  });
});

describe('the wire format', () => {
  const decoded = (name: string, value: string, count: number) => {
    const message = new MessageBuffer(16);
    message.string(1, name);
    const metric = message.begin(4);
    const label = message.begin(1);
    message.string(1, 'label');
    message.string(2, value);
    message.end(label);
    const histogram = message.begin(7);
    message.unsigned(1, count);
    message.unsigned(7, count);
    message.end(histogram);
    message.end(metric);
    const delimited = new MessageBuffer(16);
    delimited.delimiter(message.length);
    delimited.append(message);
    return present(readFamilies(delimited.take()).get(name)).metrics[0];
  };

  it('holds texts of any length', () => {
    for (const length of [0, 1, 42, 43, 100, 127, 128, 300, 5461, 16_384, 700_000]) {
      const text = '☃'.repeat(length);
      expect(decoded(`a${'x'.repeat(length)}`, text, 0)?.labels).toEqual({ label: text });
    }
  });

  it('holds whole numbers exactly', () => {
    for (const count of [0, 1, 127, 128, 2 ** 32, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER]) {
      expect(decoded('a', '', count)?.histogram).toMatchObject({ count, zeroCount: count });
    }
  });
});
