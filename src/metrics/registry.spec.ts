import { beforeEach, describe, expect, it } from 'vitest';
import { REGISTRY_TEXTS } from '../monitor.messages.js';
import { MAX_READERS } from './reader-windows.js';
import { MetricsRegistry } from './registry.js';
import type { RegistrySnapshot } from './registry.js';

describe('MetricsRegistry', () => {
  let warnings: string[];
  let registry: MetricsRegistry;
  const read = (reader = 'a'): RegistrySnapshot => registry.read(reader).metrics;

  beforeEach(() => {
    warnings = [];
    registry = new MetricsRegistry({
      texts: REGISTRY_TEXTS,
      warn: (text) => warnings.push(text),
    });
  });

  describe('count', () => {
    it('adds one, or what it is told to add', () => {
      registry.count('orders');
      registry.count('orders', 2.5);
      registry.count('orders', 0);
      expect(read().counters).toEqual({ orders: 3.5 });
    });

    it.each([[-1], [Number.NaN], [Infinity], ['5'], [null], [5n], [{}]])(
      'drops %s, counts the drop and warns once',
      (value) => {
        registry.count('orders', 2);
        registry.count('orders', value as number);
        registry.count('orders', value as number);
        expect(read().counters).toEqual({ monitor_rejected_samples: 2, orders: 2 });
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toContain("'orders'");
      },
    );

    it('leaves no counter behind when its first sample is bad', () => {
      registry.count('orders', Number.NaN);
      expect(read().counters).toEqual({ monitor_rejected_samples: 1 });
    });

    it('drops a sample that would make the total too large to be a number', () => {
      registry.count('huge', Number.MAX_VALUE);
      registry.count('huge', Number.MAX_VALUE);
      expect(read().counters).toEqual({ huge: Number.MAX_VALUE, monitor_rejected_samples: 1 });
    });
  });

  describe('kv', () => {
    it('keeps the last value, and the highest and lowest', () => {
      for (const value of [3, -7, 12, 5]) registry.kv('queue', value);
      expect(read()).toEqual({
        counters: {},
        gauges: { queue: 5 },
        max_gauges: { queue: 12 },
        min_gauges: { queue: -7 },
      });
    });

    it.each([[Number.NaN], [Infinity], [-Infinity], ['5'], [undefined], [null]])(
      'drops %s, counts the drop and warns once',
      (value) => {
        registry.kv('queue', 4);
        registry.kv('queue', value as number);
        registry.kv('queue', value as number);
        expect(read().gauges).toEqual({ queue: 4 });
        expect(read().counters).toEqual({ monitor_rejected_samples: 2 });
        expect(warnings).toHaveLength(1);
      },
    );
  });

  describe('names', () => {
    it.each([[''], ['x'.repeat(201)], [undefined], [null], [7], [Symbol('s')], [{}]])(
      'drops a sample whose name is %s, and counts the drop',
      (name) => {
        registry.count(name as string);
        registry.kv(name as string, 1);
        expect(read().counters).toEqual({ monitor_rejected_samples: 2 });
        expect(read().gauges).toEqual({});
        expect(warnings).toHaveLength(1);
      },
    );

    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a b\n"c', 'größe', 'x'.repeat(200)])(
      'takes %j like any other name, through JSON and back',
      (name) => {
        registry.count(name, 3);
        registry.kv(name, 4);
        const { counters, gauges, max_gauges, min_gauges } = JSON.parse(
          JSON.stringify(read()),
        ) as RegistrySnapshot;
        expect(Object.entries(counters)).toEqual([[name, 3]]);
        expect(Object.entries(gauges)).toEqual([[name, 4]]);
        expect(Object.entries(max_gauges)).toEqual([[name, 4]]);
        expect(Object.entries(min_gauges)).toEqual([[name, 4]]);
      },
    );

    it('warns of at most a hundred names, and counts on', () => {
      for (let i = 0; i < 1000; i++) registry.kv(`bad_${i}`, Number.NaN);
      expect(warnings).toHaveLength(100);
      expect(read().counters).toEqual({ monitor_rejected_samples: 1000 });
    });

    it('come out sorted', () => {
      for (const name of ['b', 'a', 'C', 'aa']) registry.count(name);
      expect(Object.keys(read().counters)).toEqual(['C', 'a', 'aa', 'b']);
    });
  });

  describe('maxSeries', () => {
    it('drops samples of further names, counts them, warns, and goes on with the known ones', () => {
      registry.maxSeries = 5;
      for (let i = 0; i < 10; i++) registry.count(`name_${i}`);
      registry.count('name_0');
      registry.kv('gauge', 1);
      expect(read().counters).toEqual({
        monitor_rejected_samples: 6,
        name_0: 2,
        name_1: 1,
        name_2: 1,
        name_3: 1,
        name_4: 1,
      });
      expect(read().gauges).toEqual({});
      expect(warnings[0]).toContain('maxSeries = 5');
    });
  });

  describe('readers', () => {
    it('each see their own extremes, whatever the others do', () => {
      registry.kv('queue', 10);
      registry.kv('queue', 1);
      expect(read('a')).toMatchObject({ max_gauges: { queue: 10 }, min_gauges: { queue: 1 } });
      registry.kv('queue', 5);
      expect(read('a')).toMatchObject({ max_gauges: { queue: 5 }, min_gauges: { queue: 5 } });
      expect(read('b')).toMatchObject({ max_gauges: { queue: 10 }, min_gauges: { queue: 1 } });
      registry.kv('queue', 7);
      expect(read('b')).toMatchObject({ max_gauges: { queue: 7 }, min_gauges: { queue: 7 } });
      expect(read('a')).toMatchObject({ max_gauges: { queue: 7 }, min_gauges: { queue: 7 } });
    });

    it('that look twice without a sample between see the values, and empty extremes', () => {
      registry.kv('queue', 10);
      read('a');
      expect(read('a')).toEqual({ counters: {}, gauges: { queue: 10 }, max_gauges: {}, min_gauges: {} });
    });

    it('that give a window back find it in their next one, together with what came since', () => {
      registry.kv('queue', 10);
      const lost = registry.read('a');
      registry.kv('queue', 3);
      lost.giveBack();
      registry.kv('queue', 4);
      expect(read('a')).toMatchObject({ max_gauges: { queue: 10 }, min_gauges: { queue: 3 } });
      expect(read('a').max_gauges).toEqual({});
    });

    it('that give a window back do not disturb the other readers', () => {
      registry.kv('queue', 10);
      read('b');
      registry.read('a').giveBack();
      expect(read('b').max_gauges).toEqual({});
    });

    it('see the extremes since the start when they come back after having been forgotten', () => {
      registry.kv('queue', 10);
      read('a');
      for (let i = 0; i < MAX_READERS; i++) read(`other_${i}`);
      registry.kv('queue', 4);
      expect(read('a')).toMatchObject({ max_gauges: { queue: 10 }, min_gauges: { queue: 4 } });
      expect(read(`other_${MAX_READERS - 1}`).max_gauges).toEqual({ queue: 4 });
    });
  });

  it('gives snapshots that neither change nor can be used to change what is counted', () => {
    registry.count('orders');
    registry.kv('queue', 1);
    const snapshot = read();
    registry.count('orders');
    registry.kv('queue', 2);
    expect(snapshot).toMatchObject({ counters: { orders: 1 }, gauges: { queue: 1 } });
    snapshot.counters.orders = 99;
    expect(read().counters.orders).toBe(2);
  });

  it('gives a gauge its initial value without calling it a sample', () => {
    registry.gauge('loop', 0);
    expect(read()).toEqual({ counters: {}, gauges: { loop: 0 }, max_gauges: {}, min_gauges: {} });
  });
});
