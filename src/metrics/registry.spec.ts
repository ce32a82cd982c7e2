import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegistry } from '../../test/support/registry.js';
import type { Description } from './description.js';
import type { Labels } from './series/labels.js';
import type { MetricsSnapshot } from './collection/snapshot.js';
import { present } from '../../test/support/present.js';

describe('MetricsRegistry', () => {
  let registry: TestRegistry;

  beforeEach(() => {
    registry = new TestRegistry();
  });

  describe('count', () => {
    it('adds one, or what it is told to add', async () => {
      registry.count('orders');
      registry.count('orders', 2.5);
      registry.count('orders', 0);
      expect((await registry.read()).counters).toEqual({ orders: 3.5 });
    });

    it.each([[-1], [Number.NaN], [Infinity], ['5'], [null], [5n], [{}]])(
      'drops %s, counts the drop and warns once',
      async (value) => {
        registry.count('orders', 2);
        registry.count('orders', value as number);
        registry.count('orders', value as number);
        expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 2, orders: 2 });
        expect(registry.warnings).toHaveLength(1);
        expect(registry.warnings[0]).toContain("'orders'");
      },
    );

    it('leaves no counter behind when its first sample is bad', async () => {
      registry.count('orders', Number.NaN);
      expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 1 });
    });

    it('drops a sample that would make the total too large to be a number', async () => {
      registry.count('huge', Number.MAX_VALUE);
      registry.count('huge', Number.MAX_VALUE);
      expect((await registry.read()).counters).toEqual({
        huge: Number.MAX_VALUE,
        monitor_rejected_samples: 1,
      });
    });
  });

  describe('kv', () => {
    it('keeps the last value, and the highest and lowest', async () => {
      for (const value of [3, -7, 12, 5]) registry.kv('queue', value);
      expect(await registry.read()).toEqual({
        counters: {},
        gauges: { queue: 5 },
        max_gauges: { queue: 12 },
        min_gauges: { queue: -7 },
        histograms: {},
      });
    });

    it.each([[Number.NaN], [Infinity], [-Infinity], ['5'], [undefined], [null]])(
      'drops %s, counts the drop and warns once',
      async (value) => {
        registry.kv('queue', 4);
        registry.kv('queue', value as number);
        registry.kv('queue', value as number);
        expect((await registry.read()).gauges).toEqual({ queue: 4 });
        expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 2 });
        expect(registry.warnings).toHaveLength(1);
      },
    );
  });

  describe('names', () => {
    it.each([[''], ['x'.repeat(201)], [undefined], [null], [7], [Symbol('s')], [{}]])(
      'drops a sample whose name is %s, and counts the drop',
      async (name) => {
        registry.count(name as string);
        registry.kv(name as string, 1);
        expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 2 });
        expect((await registry.read()).gauges).toEqual({});
        expect(registry.warnings).toHaveLength(1);
      },
    );

    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a b\n"c', 'größe', 'x'.repeat(200)])(
      'takes %j like any other name, through JSON and back',
      async (name) => {
        const others = new TestRegistry();
        registry.count(name, 3);
        others.kv(name, 4);
        const { counters } = JSON.parse(await registry.json()) as MetricsSnapshot;
        const { gauges, max_gauges, min_gauges } = JSON.parse(await others.json()) as MetricsSnapshot;
        expect(Object.entries(counters)).toEqual([[name, 3]]);
        for (const values of [gauges, max_gauges, min_gauges])
          expect(Object.entries(values)).toEqual([[name, 4]]);
        expect(Object.entries((await registry.read()).counters)).toEqual([[name, 3]]);
      },
    );

    it('warns of at most a hundred names, and counts on', async () => {
      for (let i = 0; i < 1000; i++) registry.kv(`bad_${i}`, Number.NaN);
      expect(registry.warnings).toHaveLength(100);
      expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 1000 });
    });

    it('come out sorted', async () => {
      for (const name of ['b', 'a', 'C', 'aa']) registry.count(name);
      expect(Object.keys((await registry.read()).counters)).toEqual(['C', 'a', 'aa', 'b']);
    });
  });

  describe('observe', () => {
    it('keeps count, sum, minimum and maximum exactly, and quantiles within 1.1 %', async () => {
      for (let value = 1; value <= 1000; value++) registry.observe('size', value);
      const { size } = (await registry.read()).histograms;
      expect(size).toMatchObject({ count: 1000, sum: 500_500, min: 1, max: 1000 });
      expect(Math.abs(present(size?.p50) / 500 - 1)).toBeLessThan(0.011);
      expect(Math.abs(present(size?.p90) / 900 - 1)).toBeLessThan(0.011);
      expect(Math.abs(present(size?.p99) / 990 - 1)).toBeLessThan(0.011);
      expect(Math.abs(present(size?.p999) / 999 - 1)).toBeLessThan(0.011);
    });

    it('gives each reader the values since its own last read', async () => {
      registry.observe('size', 1);
      registry.observe('size', 5);
      expect((await registry.read('a')).histograms.size).toMatchObject({ count: 2, sum: 6, min: 1, max: 5 });
      registry.observe('size', 3);
      expect((await registry.read('a')).histograms.size).toMatchObject({
        count: 1,
        sum: 3,
        min: 3,
        max: 3,
        p50: 3,
      });
      expect((await registry.read('b')).histograms.size).toMatchObject({ count: 3, sum: 9, min: 1, max: 5 });
      const none = { count: 0, sum: 0, min: null, max: null, p50: null, p90: null, p99: null, p999: null };
      expect((await registry.read('a')).histograms.size).toEqual(none);
    });

    it('merges a window that was given back into the next one', async () => {
      registry.observe('size', 1);
      await registry.reading('a');
      registry.observe('size', 8);
      const lost = await registry.reading('a');
      registry.observe('size', 2);
      lost.giveBack();
      registry.observe('size', 4);
      expect((await registry.read('a')).histograms.size).toMatchObject({ count: 3, sum: 14, min: 2, max: 8 });
      expect((await registry.read('a')).histograms.size).toMatchObject({ count: 0, sum: 0 });
    });

    it.each([[Number.NaN], [Infinity], ['5'], [undefined], [null], [5n]])('drops %s', async (value) => {
      registry.observe('size', value as number);
      registry.observe('other', 1);
      registry.observe('other', value as number);
      const { counters, histograms } = await registry.read();
      expect(counters).toEqual({ monitor_rejected_samples: 2 });
      expect(Object.keys(histograms)).toEqual(['other']);
      expect(histograms.other?.count).toBe(1);
    });

    it('counts classic buckets exactly for a metric that is described with them', async () => {
      registry.describe('size', { buckets: [1, 2.5, 10] });
      for (const value of [0, 1, 1.0000001, 2.5, 9, 10, 11]) registry.observe('size', value);
      expect((await registry.read()).histograms.size?.buckets).toEqual([
        ['1', 2],
        ['2.5', 4],
        ['10', 6],
        ['+Inf', 7],
      ]);
      registry.observe('size', 2);
      expect((await registry.read()).histograms.size?.buckets).toEqual([
        ['1', 0],
        ['2.5', 1],
        ['10', 1],
        ['+Inf', 1],
      ]);
    });
  });

  describe('labels', () => {
    it('tell series apart, whatever their order, and stand in the name sorted', async () => {
      registry.count('calls', 1, { method: 'GET', status: 200 });
      registry.count('calls', 2, { status: '200', method: 'GET' });
      registry.count('calls', 4, { method: 'GET', status: 404 });
      registry.count('calls', 8, { method: 'GET' });
      registry.count('calls', 16, {});
      registry.count('calls', 32);
      expect((await registry.read()).counters).toEqual({
        calls: 48,
        'calls{method="GET"}': 8,
        'calls{method="GET",status="200"}': 3,
        'calls{method="GET",status="404"}': 4,
      });
    });

    it('work for gauges and histograms too', async () => {
      registry.kv('queue', 3, { name: 'mail' });
      registry.kv('queue', 1, { name: 'mail' });
      registry.observe('size', 7, { name: 'mail' });
      expect(await registry.read()).toMatchObject({
        gauges: { 'queue{name="mail"}': 1 },
        max_gauges: { 'queue{name="mail"}': 3 },
        min_gauges: { 'queue{name="mail"}': 1 },
        histograms: { 'size{name="mail"}': { count: 1, sum: 7 } },
      });
    });

    it.each<[string, Labels, Labels]>([
      ['a comma in a value', { a: '1,b:2' }, { a: '1', b: '2' }],
      ['what looks like another label', { a: '1",b="2' }, { a: '1', b: '2' }],
      ['a quote', { a: '"' }, { a: '\\"' }],
      ['a backslash', { a: '\\' }, { a: '\\\\' }],
      ['a line feed', { a: '\n' }, { a: '\\n' }],
      ['an empty value', { a: '' }, {}],
      ['a name with an equals sign', { 'a="1",b': '2' }, { a: '1', b: '2' }],
      ['a value moved to the next label', { a: 'xy', b: 'z' }, { a: 'x', b: 'yz' }],
      ['labels swapped', { a: 'x', b: 'y' }, { a: 'y', b: 'x' }],
      ['__proto__', JSON.parse('{"__proto__": "1"}') as Labels, {}],
    ])('never meet for %s', async (_what, one, other) => {
      registry.count('x', 1, one);
      registry.count('x', 2, other);
      expect(new Set(Object.values((await registry.read()).counters))).toEqual(new Set([1, 2]));
    });

    it('take a value and the text that it is written as for the same', async () => {
      for (const [value, text] of [
        [1.5, '1.5'],
        [true, 'true'],
        [-0, '0'],
        [1e21, '1e+21'],
      ] as const) {
        registry.count('x', 1, { value });
        registry.count('x', 1, { value: text });
      }
      expect(Object.values((await registry.read()).counters)).toEqual([2, 2, 2, 2]);
    });

    it.each<[string, unknown]>([
      ['null', null],
      ['a text', 'abc'],
      ['a number', 7],
      ['a null value', { a: null }],
      ['an object as a value', { a: {} }],
      ['a symbol as a value', { a: Symbol('s') }],
      ['an empty name', { '': 'x' }],
      ['a name that is too long', { ['x'.repeat(201)]: 'x' }],
      ['a value that is too long', { a: 'x'.repeat(201) }],
      ['too many of them', Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`l${i}`, i]))],
      [
        'a getter that throws',
        {
          get a(): string {
            throw new Error('hostile');
          },
        },
      ],
      [
        'a hostile proxy',
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('hostile');
            },
          },
        ),
      ],
    ])('that are %s cost the sample, and nothing else', async (_what, labels) => {
      registry.count('x', 1, labels as Labels);
      registry.kv('y', 1, labels as Labels);
      registry.observe('z', 1, labels as Labels);
      registry.counter('c', labels as Labels).inc();
      const { counters, gauges, histograms } = await registry.read();
      expect(counters).toEqual({ monitor_rejected_samples: expect.any(Number) as number });
      expect(counters.monitor_rejected_samples).toBeGreaterThanOrEqual(4);
      expect({ gauges, histograms }).toEqual({ gauges: {}, histograms: {} });
    });

    it('come out sorted, series by series, as their names are', async () => {
      for (const name of ['a_b', 'a', 'a.b', 'B', 'ab', 'a{x="0"}', 'a\\']) {
        for (const x of ['2', '10', '"', '~']) registry.count(name, 1, { x });
        registry.count(name);
      }
      const names = Object.keys((await registry.read()).counters);
      expect(names).toHaveLength(35);
      expect(names).toEqual([...names].sort());
      expect(Object.keys((JSON.parse(await registry.json()) as MetricsSnapshot).counters)).toEqual(names);
    });

    it('that are undefined are not there', async () => {
      registry.count('x', 1, { a: undefined });
      registry.count('x', 1, { a: 1, b: undefined });
      registry.count('x', 1, { a: 1 });
      expect((await registry.read()).counters).toEqual({ x: 1, 'x{a="1"}': 2 });
    });

    it('are those that an object has, and not those that it inherits, however often it comes', async () => {
      const inheriting = Object.assign(Object.create({ b: '2' }) as Labels, { a: '1' });
      registry.count('x', 1, inheriting);
      registry.count('x', 10, { a: '1', b: '2' });
      registry.count('x', 100, inheriting);
      registry.count('x', 1000, { 0: 'a', 1: 'b' });
      registry.count('x', 1000, 'ab' as unknown as Labels);
      expect((await registry.read()).counters).toEqual({
        monitor_rejected_samples: 1,
        'x{0="a",1="b"}': 1000,
        'x{a="1",b="2"}': 10,
        'x{a="1"}': 101,
      });
    });

    it('are the same after thousands of values in many columns', async () => {
      registry.limitSeries(100_000);
      for (let i = 0; i < 3000; i++) {
        registry.count('x', i, { a: i, b: i % 7, c: `c${i}`, d: i % 2 === 0, e: i * 3, f: 'f', g: -i });
      }
      const { counters } = await registry.read();
      expect(Object.keys(counters)).toHaveLength(3000);
      for (let i = 0; i < 3000; i++) {
        registry.count('x', 0, { a: i, b: i % 7, c: `c${i}`, d: i % 2 === 0, e: i * 3, f: 'f', g: -i });
      }
      expect((await registry.read()).counters).toEqual(counters);
      expect(counters['x{a="2999",b="3",c="c2999",d="false",e="8997",f="f",g="-2999"}']).toBe(2999);
      registry.count('x', 1, { g: '-2999', f: 'f', e: 8997, d: false, c: 'c2999', b: 3, a: 2999 });
      expect(
        (await registry.read()).counters['x{a="2999",b="3",c="c2999",d="false",e="8997",f="f",g="-2999"}'],
      ).toBe(3000);
    });
  });

  describe('handles', () => {
    it('of a counter add to the series that count() adds to', async () => {
      const counter = registry.counter('orders', { kind: 'gift' });
      expect((await registry.read()).counters).toEqual({ 'orders{kind="gift"}': 0 });
      counter.inc();
      counter.inc(2.5);
      registry.count('orders', 1, { kind: 'gift' });
      expect(counter.value).toBe(4.5);
      expect(registry.counter('orders', { kind: 'gift' })).toBe(counter);
      for (const bad of [-1, Number.NaN, '1', 5n]) counter.inc(bad as number);
      expect((await registry.read()).counters).toEqual({
        'orders{kind="gift"}': 4.5,
        monitor_rejected_samples: 4,
      });
    });

    it('of a gauge set the series that kv() sets, which has no value before', async () => {
      const gauge = registry.gauge('queue');
      expect((await registry.read()).gauges).toEqual({});
      gauge.set(3);
      expect(await registry.read()).toMatchObject({ gauges: { queue: 3 }, max_gauges: { queue: 3 } });
      registry.kv('queue', 5);
      expect(gauge.value).toBe(5);
    });

    it('of a histogram add to the series that observe() adds to', async () => {
      const histogram = registry.histogram('size');
      histogram.observe(1);
      registry.observe('size', 2);
      expect(histogram.count).toBe(2);
    });

    it('of a series that may not exist drop every sample, and count them', async () => {
      registry.count('taken');
      const [gauge, histogram, counter] = [
        registry.gauge('taken'),
        registry.histogram('taken'),
        registry.counter(''),
      ];
      gauge.set(1);
      histogram.observe(1);
      counter.inc();
      counter.inc();
      const { counters, gauges, histograms } = await registry.read();
      // One for each sample. A handle itself does not count.
      expect(counters).toEqual({ monitor_rejected_samples: 4, taken: 1 });
      expect({ gauges, histograms }).toEqual({ gauges: {}, histograms: {} });
    });
  });

  describe('a gauge that is read from a function', () => {
    it('is called before every read', async () => {
      let size = 3;
      registry.gaugeFrom('pool', () => size, { name: 'db' });
      expect((await registry.read()).gauges).toEqual({ 'pool{name="db"}': 3 });
      size = 9;
      expect(await registry.read()).toMatchObject({
        gauges: { 'pool{name="db"}': 9 },
        max_gauges: { 'pool{name="db"}': 9 },
        min_gauges: { 'pool{name="db"}': 9 },
      });
    });

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('no pool');
        },
      ],
      ['gives NaN', () => Number.NaN],
    ])('costs that sample when it %s, and never the document', async (_what, read) => {
      let isBroken = false;
      registry.gaugeFrom('pool', () => (isBroken ? (read() as number) : 5));
      registry.gaugeFrom('broken', read as () => number);
      registry.kv('queue', 1);
      await registry.read();
      isBroken = true;
      const { gauges, max_gauges, counters } = await registry.read();
      expect(gauges).toEqual({ pool: 5, queue: 1 });
      expect(max_gauges).toEqual({});
      expect(counters.monitor_rejected_samples).toBe(3);
    });

    it('can be replaced, and can read the monitor itself', async () => {
      registry.gaugeFrom('pool', () => 1);
      registry.gaugeFrom('pool', () => 2);
      registry.gaugeFrom('curious', () => {
        void registry.read('curious');
        return 4;
      });
      expect((await registry.read()).gauges).toEqual({ curious: 4, pool: 2 });
      expect((await registry.read()).gauges).toEqual({ curious: 4, pool: 2 });
    });

    it('is refused when it is no function', async () => {
      registry.gaugeFrom('pool', 7 as unknown as () => number);
      expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 1 });
    });
  });

  it('reads a large document in time slices, and completely', async () => {
    registry.limitSeries(100_000);
    for (let i = 0; i < 40_000; i++) registry.count('x', 1, { i });
    for (let i = 0; i < 300; i++) registry.observe('y', i, { i });
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    const { counters, histograms } = await registry.read();
    isDone = true;
    expect(turns).toBeGreaterThan(3);
    expect(Object.keys(counters)).toHaveLength(40_000);
    expect(Object.keys(histograms)).toHaveLength(300);
  });

  it('calls each function once for a read, even if all of them read the monitor', async () => {
    let calls = 0;
    for (let i = 0; i < 20; i++) {
      registry.gaugeFrom(`curious ${i}`, () => {
        void registry.read(`curious ${i}`);
        return ++calls;
      });
    }
    await registry.read();
    expect(calls).toBe(20);
  });

  it('refuses a name that is used as two kinds, and warns once', async () => {
    registry.count('orders');
    registry.kv('orders', 5);
    registry.observe('orders', 5);
    registry.kv('queue', 1);
    registry.count('queue', 1, { a: 'b' });
    const { counters, gauges, histograms } = await registry.read();
    expect(counters).toEqual({ monitor_rejected_samples: 3, orders: 1 });
    expect({ gauges, histograms }).toEqual({ gauges: { queue: 1 }, histograms: {} });
    expect(registry.warnings).toEqual([
      expect.stringContaining("'orders'"),
      expect.stringContaining("'queue'"),
    ]);
  });

  it.each([
    null,
    7,
    { help: 7 },
    { unit: 'x'.repeat(1001) },
    { buckets: [2, 1] },
    { buckets: [] },
    { buckets: [1, 1] },
  ])('ignores the description %j, counts that and goes on', async (description) => {
    registry.describe('x', description as Description);
    expect(registry.descriptionOf('x')).toEqual({});
    expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 1 });
  });

  it('ignores buckets that come after the first sample, which would be missing in them', async () => {
    registry.observe('x', 1);
    registry.describe('x', { buckets: [1, 2] });
    registry.observe('x', 1, { late: true });
    const { counters, histograms } = await registry.read();
    expect(counters).toEqual({ monitor_rejected_samples: 1 });
    expect(histograms['x{late="true"}']).not.toHaveProperty('buckets');
  });

  it('is not changed by what becomes of a description, and does without one that throws', async () => {
    const buckets = [1, 2, 3];
    registry.describe('x', { buckets });
    buckets.reverse();
    for (const value of [0.5, 1.5, 2.5]) registry.observe('x', value);
    expect((await registry.read()).histograms.x?.buckets).toEqual([
      ['1', 1],
      ['2', 2],
      ['3', 3],
      ['+Inf', 3],
    ]);
    registry.describe('y', {
      get help(): string {
        throw new Error('hostile');
      },
    });
    expect(registry.descriptionOf('y')).toEqual({});
  });

  it('keeps what was said of a metric before, unless it is said again', () => {
    registry.describe('x', { help: 'one', unit: 'seconds' });
    registry.describe('x', { help: 'two', unit: undefined });
    expect(registry.descriptionOf('x')).toEqual({ help: 'two', unit: 'seconds' });
  });

  describe('maxSeries', () => {
    it('drops samples of further names, counts them, warns, and goes on with the known ones', async () => {
      registry.limitSeries(5);
      for (let i = 0; i < 10; i++) registry.count(`name_${i}`);
      registry.count('name_0');
      registry.kv('gauge', 1);
      expect((await registry.read()).counters).toEqual({
        monitor_rejected_samples: 6,
        name_0: 2,
        name_1: 1,
        name_2: 1,
        name_3: 1,
        name_4: 1,
      });
      expect((await registry.read()).gauges).toEqual({});
      expect(registry.warnings[0]).toContain('maxSeries = 5');
    });

    it('folds further label sets of a metric into one series, counts that, and warns once', async () => {
      registry.limitSeries(10);
      for (let user = 0; user < 100; user++) registry.count('logins', 1, { user });
      registry.count('logins', 1, { user: 0 });
      registry.kv('queue', 1, { name: 'mail' });
      const { counters, gauges } = await registry.read();
      expect(counters).toEqual({
        'logins{overflow="true"}': 95,
        'logins{user="0"}': 2,
        'logins{user="1"}': 1,
        'logins{user="2"}': 1,
        'logins{user="3"}': 1,
        'logins{user="4"}': 1,
        monitor_overflowed_samples: 95,
      });
      // One metric gets half of all series at most, so there is room for this one.
      expect(gauges).toEqual({ 'queue{name="mail"}': 1 });
      expect(registry.warnings).toEqual([expect.stringContaining("'logins'")]);
    });

    it('leaves room for a metric without labels, of which the labelled series have their half', async () => {
      registry.limitSeries(10);
      for (let i = 0; i < 7; i++) registry.count('logins', 1, { i });
      registry.count('logins', 5);
      expect((await registry.read()).counters).toMatchObject({ logins: 5, 'logins{overflow="true"}': 2 });
    });

    it('keeps the names of the monitor itself for it', async () => {
      registry.kv('monitor_rejected_samples', 7);
      const { counters, gauges } = await registry.read();
      expect(counters).toEqual({ monitor_rejected_samples: 1 });
      expect(gauges).toEqual({});
    });

    it('does not keep the counters of the monitor itself from existing', async () => {
      registry.limitSeries(1);
      registry.count('a');
      registry.count('b');
      registry.ownCounter('requests').inc();
      expect((await registry.read()).counters).toEqual({ a: 1, monitor_rejected_samples: 1, requests: 1 });
    });

    it('bounds the labels of the monitor itself for each metric, whatever else there is', async () => {
      registry.limitSeries(4);
      for (let i = 0; i < 10; i++) registry.count(`c${i}`);
      for (let i = 0; i < 5; i++) registry.ownCounter('own', { i }).inc();
      registry.ownHistogram('took').observe(1);
      registry.ownGauge('open', 0, { kind: 'x' });
      const { counters, gauges, histograms } = await registry.read();
      expect(counters).toMatchObject({ 'own{i="0"}': 1, 'own{i="1"}': 1, 'own{overflow="true"}': 3 });
      expect(counters.monitor_overflowed_samples).toBe(3);
      expect(gauges).toEqual({ 'open{kind="x"}': 0 });
      expect(histograms.took?.count).toBe(1);
    });

    it('holds for gauges, histograms and handles as well', async () => {
      registry.limitSeries(6);
      for (let i = 0; i < 50; i++) {
        registry.kv('g', i, { i });
        registry.observe('h', i, { i });
        registry.counter('c', { i }).inc();
      }
      const { counters, gauges, histograms } = await registry.read();
      expect(Object.keys(gauges).length).toBeLessThanOrEqual(4);
      expect(Object.keys(histograms).length).toBeLessThanOrEqual(4);
      expect(histograms['h{overflow="true"}']?.count).toBe(48);
      expect(counters['c{overflow="true"}']).toBe(48);
    });
  });

  describe('readers', () => {
    it('each see their own extremes, whatever the others do', async () => {
      registry.kv('queue', 10);
      registry.kv('queue', 1);
      expect(await registry.read('a')).toMatchObject({ max_gauges: { queue: 10 }, min_gauges: { queue: 1 } });
      registry.kv('queue', 5);
      expect(await registry.read('a')).toMatchObject({ max_gauges: { queue: 5 }, min_gauges: { queue: 5 } });
      expect(await registry.read('b')).toMatchObject({ max_gauges: { queue: 10 }, min_gauges: { queue: 1 } });
      registry.kv('queue', 7);
      expect(await registry.read('b')).toMatchObject({ max_gauges: { queue: 7 }, min_gauges: { queue: 7 } });
      expect(await registry.read('a')).toMatchObject({ max_gauges: { queue: 7 }, min_gauges: { queue: 7 } });
    });

    it('that read twice without a sample between get the values, and no extremes', async () => {
      registry.kv('queue', 10);
      await registry.read('a');
      expect(await registry.read('a')).toEqual({
        counters: {},
        gauges: { queue: 10 },
        max_gauges: {},
        min_gauges: {},
        histograms: {},
      });
    });

    it('that give a window back find it in their next one, together with what came since', async () => {
      registry.kv('queue', 10);
      const lost = await registry.reading('a');
      registry.kv('queue', 3);
      lost.giveBack();
      registry.kv('queue', 4);
      expect(await registry.read('a')).toMatchObject({ max_gauges: { queue: 10 }, min_gauges: { queue: 3 } });
      expect((await registry.read('a')).max_gauges).toEqual({});
    });

    it('that give a window back do not disturb the other readers', async () => {
      registry.kv('queue', 10);
      await registry.read('b');
      (await registry.reading('a')).giveBack();
      expect((await registry.read('b')).max_gauges).toEqual({});
    });

    it('see the extremes since the start when they come back after having been forgotten', async () => {
      registry.kv('queue', 10);
      await registry.read('a');
      for (let i = 0; i < 20; i++) await registry.read(`other_${i}`);
      registry.kv('queue', 4);
      expect(await registry.read('a')).toMatchObject({ max_gauges: { queue: 10 }, min_gauges: { queue: 4 } });
      expect((await registry.read('other_19')).max_gauges).toEqual({ queue: 4 });
    });
  });

  it('gives snapshots that neither change nor can be used to change what is counted', async () => {
    registry.count('orders');
    registry.kv('queue', 1);
    const snapshot = await registry.read();
    registry.count('orders');
    registry.kv('queue', 2);
    expect(snapshot).toMatchObject({ counters: { orders: 1 }, gauges: { queue: 1 } });
    snapshot.counters.orders = 99;
    expect((await registry.read()).counters.orders).toBe(2);
  });

  it('gives a gauge its initial value without calling it a sample', async () => {
    registry.ownGauge('loop', 0);
    expect(await registry.read()).toMatchObject({ gauges: { loop: 0 }, max_gauges: {}, min_gauges: {} });
  });
});

describe('warnings about rejected samples', () => {
  it.each(['requests', 'eventloop_delay', 'http_requests_in_flight'])(
    'under %s, a metric of the monitor itself: it counts them, names the reason, and changes nothing',
    async (name) => {
      const registry = new TestRegistry();
      registry.ownCounter('requests').inc(5);
      registry.ownHistogram('eventloop_delay').observe(1);
      registry.ownGauge('http_requests_in_flight', 2);
      registry.count(name, 100);
      registry.kv(name, 100);
      registry.observe(name, 100);
      registry.counter(name).inc(100);
      const { counters, gauges, histograms } = await registry.read();
      expect(counters).toEqual({ monitor_rejected_samples: 4, requests: 5 });
      expect(gauges).toEqual({ http_requests_in_flight: 2 });
      expect(histograms.eventloop_delay).toMatchObject({ count: 1, sum: 1 });
      expect(registry.warnings).toEqual([
        expect.stringContaining(`'${name}' is a metric of the monitor itself`),
      ]);
    },
  );

  it('names both kinds where a name is of another kind already, and what to do', () => {
    const registry = new TestRegistry();
    registry.count('x');
    registry.kv('x', 1);
    expect(registry.warnings).toEqual([
      expect.stringMatching(
        /'x' is a counter already .*this one is for a gauge .*Give one of the two another name/,
      ),
    ]);
  });

  it('has a line for each mistake under one name', async () => {
    const registry = new TestRegistry();
    registry.count('x', -1);
    registry.count('x', Number.NaN);
    registry.count('x', 1, { a: null } as unknown as Labels);
    registry.count('x', 1);
    registry.kv('x', 1);
    expect(registry.warnings).toHaveLength(3);
    expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 4, x: 1 });
  });

  it('are logged at once for a refused handle, whose dropped samples are counted', async () => {
    const registry = new TestRegistry();
    const handle = registry.counter('x'.repeat(201));
    expect(registry.warnings).toEqual([expect.stringContaining('a name is a string of 1 to 200 characters')]);
    expect((await registry.read()).counters).toEqual({});
    handle.inc();
    expect((await registry.read()).counters).toEqual({ monitor_rejected_samples: 1 });
    expect(registry.warnings).toHaveLength(1);
  });

  it.each<[unknown, string]>([
    [7, 'a description is an object'],
    [{ help: 7 }, 'help is a string of at most 1000 characters, and not 7'],
    [{ help: 'ok', unit: {} }, 'unit is a string of at most 1000 characters, and not {}'],
    [{ buckets: [2, 1] }, 'buckets are 1 to 200 ascending finite numbers, and not [ 2, 1 ]'],
    [{ aggregate: 'avg' }, "aggregate is 'sum', 'max', 'min' or 'process', and not 'avg'"],
  ])('names the one rule that the description %j breaks', (description, rule) => {
    const registry = new TestRegistry();
    registry.describe('x', description as Description);
    expect(registry.warnings).toEqual([expect.stringContaining(`was ignored: ${rule}.`)]);
  });

  it('names keys that no description has, and takes the others', async () => {
    const registry = new TestRegistry();
    registry.describe('x', { help: 'Xs.', units: 'seconds' } as Description);
    expect(registry.descriptionOf('x')).toEqual({ help: 'Xs.' });
    expect(registry.warnings).toEqual([expect.stringContaining("'units', which no description has")]);
    expect((await registry.read()).counters).toEqual({});
  });
});
