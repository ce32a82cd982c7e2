import { beforeEach, describe, expect, it } from 'vitest';
import { collectGarbage } from '../../test/support/collect-garbage.js';
import { MergedSource } from '../../test/support/merged-source.js';
import { present } from '../../test/support/present.js';
import { TestRegistry } from '../../test/support/registry.js';
import { RegistrySource } from './source/registry-source.js';
import type { DocumentFacts } from './collection/snapshot.js';
import { readNow } from './source/read-source.js';
import type { MetricsSource } from './source/metrics-source.js';

const NO_FACTS = { instance: { pid: 1, worker_id: null } } as DocumentFacts;

/** The counters of a source, as a reader sees them. */
function countersOf(source: MetricsSource): Promise<Record<string, number>> {
  return readNow(source, function* (view) {
    const counters: Record<string, number> = {};
    for (const { name, plain, labelled } of view.counters.all()) {
      for (const series of plain === undefined ? labelled : [plain, ...labelled]) {
        counters[name + series.labels] = series.value;
      }
      yield;
    }
    return counters;
  });
}

describe('a metric of which series are removed', () => {
  let registry: TestRegistry;

  beforeEach(() => {
    registry = new TestRegistry();
    for (const tenant of ['a', 'b', 'c']) registry.count('calls', 1, { tenant, status: 200 });
    registry.count('calls');
  });

  it('has no such series any more, whatever the order and type of the labels', async () => {
    expect(registry.remove('calls', { status: '200', tenant: 'b' })).toBe(true);
    expect(registry.remove('calls')).toBe(true);
    expect((await registry.read()).counters).toEqual({
      'calls{status="200",tenant="a"}': 1,
      'calls{status="200",tenant="c"}': 1,
    });
    expect(await registry.json()).not.toContain('tenant=\\"b\\"');
  });

  it.each<[string, unknown, unknown]>([
    ['other labels', 'calls', { tenant: 'b' }],
    ['a value that no series has', 'calls', { tenant: 'z', status: 200 }],
    ['another name', 'sales', undefined],
    ['an invalid name', 7, undefined],
    ['invalid labels', 'calls', 'tenant'],
    [
      'labels that throw',
      'calls',
      {
        get tenant() {
          throw new Error('hostile');
        },
      },
    ],
  ])('is unchanged by %s', async (_what, name, labels) => {
    const { counters } = await registry.read();
    expect(registry.remove(name as string, labels as never)).toBe(false);
    expect((await registry.read()).counters).toEqual(counters);
  });

  it('counts from 0 when it is counted again, by its name and by a handle', async () => {
    const handle = registry.counter('calls', { tenant: 'a', status: 200 });
    registry.remove('calls', { tenant: 'a', status: 200 });
    expect(handle.value).toBe(0);
    handle.inc(5);
    registry.count('calls', 1, { tenant: 'a', status: 200 });
    handle.inc();
    expect((await registry.read()).counters['calls{status="200",tenant="a"}']).toBe(7);
    expect(handle.value).toBe(7);
  });

  it('has handles that tell the numbers of the series that replaced it, whatever records them', () => {
    const handles = [registry.counter('sales'), registry.gauge('size'), registry.histogram('wait')] as const;
    const [counter, gauge, histogram] = handles;
    const numbers = () => [counter.value, gauge.value, histogram.count];
    counter.inc(3);
    gauge.set(3);
    for (const value of [1, 2, 3]) histogram.observe(value);
    expect(numbers()).toEqual([3, 3, 3]);
    for (const name of ['sales', 'size', 'wait']) registry.remove(name);
    expect(numbers()).toEqual([0, Number.NaN, 0]);
    registry.count('sales', 5);
    registry.kv('size', 5);
    registry.observe('wait', 5);
    expect(numbers()).toEqual([5, 5, 1]);
    counter.inc();
    gauge.set(7);
    histogram.observe(7);
    expect(numbers()).toEqual([6, 7, 2]);
    for (const name of ['sales', 'size', 'wait']) registry.clear(name);
    expect(numbers()).toEqual([0, Number.NaN, 0]);
  });

  it('keeps the samples of handles of gauges and histograms too', async () => {
    const [gauge, histogram] = [registry.gauge('size'), registry.histogram('wait')];
    gauge.set(1);
    histogram.observe(1);
    registry.remove('size');
    registry.clear('wait');
    expect(gauge.value).toBeNaN();
    expect(await registry.read()).toMatchObject({ gauges: {}, histograms: {} });
    gauge.set(2);
    histogram.observe(3);
    const { gauges, histograms } = await registry.read();
    expect(gauges).toEqual({ size: 2 });
    expect(histograms.wait).toMatchObject({ count: 1, sum: 3 });
  });

  it('is gone when it is cleared, and can be of another kind then', async () => {
    expect(registry.clear('calls')).toBe(4);
    expect(registry.clear('calls')).toBe(0);
    registry.kv('calls', 3);
    expect(await registry.read()).toMatchObject({ counters: {}, gauges: { calls: 3 } });
    expect(registry.warnings).toEqual([]);
  });

  it.each([
    ['remove()', (registry: TestRegistry) => registry.remove('mails', { state: 'new' })],
    ['clear()', (registry: TestRegistry) => registry.clear('mails') === 1],
  ])('calls the function of a gauge no more, which has no age either: %s', async (_how, remove) => {
    const registry = new TestRegistry();
    let calls = 0;
    const read = () => Promise.resolve(++calls);
    registry.gaugeFrom('mails', read, { state: 'new' }, { interval: 0 });
    await registry.read();
    expect(Object.keys((await registry.read()).gauges).sort()).toEqual([
      'mails{state="new"}',
      'monitor_gauge_age{gauge="mails{state=\\"new\\"}"}',
    ]);
    const before = calls;
    expect(remove(registry)).toBe(true);
    expect((await registry.read()).gauges).toEqual({});
    expect(calls).toBe(before);
  });

  it('keeps the windows of other readers', async () => {
    registry.kv('size', 1, { of: 'a' });
    registry.kv('size', 5, { of: 'b' });
    await registry.read('first');
    registry.kv('size', 2, { of: 'b' });
    registry.remove('size', { of: 'a' });
    expect((await registry.read('first')).max_gauges).toEqual({ 'size{of="b"}': 2 });
    expect((await registry.read('second')).max_gauges).toEqual({ 'size{of="b"}': 5 });
  });
});

describe('a series that is removed while a reader has a window', () => {
  it('of a histogram begins anew for that reader, and the others keep their windows', async () => {
    const registry = new TestRegistry();
    // One metric may have at most half of them.
    registry.limitSeries(6);
    const handle = registry.histogram('wait', { of: 'a' });
    handle.observe(1);
    registry.observe('wait', 5, { of: 'b' });
    const window = async (reader: string) => {
      const { metrics } = await registry.measure(reader);
      return Object.fromEntries(
        metrics.flatMap((metric) =>
          metric.kind === 'histogram'
            ? metric.series.map(({ labels, interval: { count, sum, min, max } }) => [
                labels.of,
                { count, sum, min, max },
              ])
            : [],
        ),
      );
    };
    await window('first');
    handle.observe(2);
    registry.observe('wait', 6, { of: 'b' });
    expect(registry.remove('wait', { of: 'a' })).toBe(true);
    handle.observe(3);
    const a = { count: 1, sum: 3, min: 3, max: 3 };
    expect(await window('first')).toEqual({ a, b: { count: 1, sum: 6, min: 6, max: 6 } });
    expect(await window('second')).toEqual({ a, b: { count: 2, sum: 11, min: 5, max: 6 } });
    // Three series have room, and two are in use.
    registry.observe('wait', 1, { of: 'c' });
    expect(Object.keys(await window('third'))).toEqual(['a', 'b', 'c']);
    expect(registry.warnings).toEqual([]);
  });
});

describe('a series that is removed and created again during a read', () => {
  it('is in the read once, in place of the removed one and with its identity', () => {
    const registry = new TestRegistry();
    const source = new RegistrySource(registry, () => NO_FACTS);
    for (const of of ['a', 'b']) registry.count('calls', 9, { of });
    const read = present(source.latest().counters.family('calls')).labelled;
    registry.remove('calls', { of: 'a' });
    const [removed] = read;
    expect(removed?.value).toBe(0);
    registry.count('calls', 5, { of: 'a' });
    expect(read.map(({ labels, value }) => [labels, value])).toEqual([
      ['{of="a"}', 5],
      ['{of="b"}', 9],
    ]);
    const next = present(source.latest().counters.family('calls')).labelled;
    expect(next.map(({ labels }) => labels)).toEqual(['{of="b"}', '{of="a"}']);
    expect(removed?.identity).toBe(next[1]?.identity);
    expect(removed?.identity).not.toBe(removed);
  });
});

describe('the room under maxSeries', () => {
  it('is given back for each series that is removed, and for no other', async () => {
    const registry = new TestRegistry();
    registry.limitSeries(10);
    for (let i = 0; i < 7; i++) registry.count('x', 1, { i });
    // Five of the seven have a series of their own.
    for (let i = 0; i < 5; i++) registry.count(`y${i}`);
    expect(registry.warnings).toHaveLength(1);
    registry.count('z');
    expect(Object.keys((await registry.read()).counters)).not.toContain('z');
    registry.remove('x', { overflow: 'true' });
    registry.count('z');
    expect(Object.keys((await registry.read()).counters)).not.toContain('z');
    registry.remove('x', { i: 0 });
    registry.count('z');
    expect(Object.keys((await registry.read()).counters)).toContain('z');
    expect(registry.clear('x')).toBe(4);
    for (let i = 0; i < 4; i++) registry.count('w', 1, { i });
    const { counters } = await registry.read();
    expect(Object.keys(counters).filter((name) => name.startsWith('w{'))).toHaveLength(4);
    expect(Object.keys(counters)).not.toContain('w{overflow="true"}');
  });

  it('is given back in a metric that has overflowed: one removed series makes room for one', async () => {
    const registry = new TestRegistry();
    registry.limitSeries(2);
    for (const tenant of ['a', 'b']) registry.count('x', 1, { tenant });
    for (const [old, next] of [
      ['a', 'c'],
      ['c', 'd'],
    ]) {
      expect(registry.remove('x', { tenant: old })).toBe(true);
      registry.count('x', 1, { tenant: next });
      const { monitor_overflowed_samples: overflowed, ...series } = (await registry.read()).counters;
      expect(series).toEqual({ [`x{tenant="${next}"}`]: 1, 'x{overflow="true"}': 1 });
      expect(overflowed).toBe(1);
    }
  });

  it('is given back in full if the application has recorded a label `overflow` itself', async () => {
    const registry = new TestRegistry();
    registry.limitSeries(4);
    registry.count('x', 1, { overflow: 'true' });
    for (let i = 0; i < 3; i++) registry.count('x', 1, { i });
    expect((await registry.read()).counters).toEqual({
      'x{i="0"}': 1,
      'x{i="2"}': 1,
      'x{overflow="true"}': 2,
      monitor_overflowed_samples: 1,
    });
    expect(registry.clear('x')).toBe(3);
    for (let i = 0; i < 4; i++) registry.count(`y${i}`);
    expect((await registry.read()).counters).toMatchObject({ y0: 1, y1: 1, y2: 1, y3: 1 });
  });

  it('is enough for any number of series one after the other', async () => {
    const registry = new TestRegistry();
    registry.limitSeries(10);
    for (let i = 0; i < 20_000; i++) {
      registry.count('sessions', 1, { i, odd: i % 2 });
      registry.kv(`session_${i}`, i);
      expect(registry.remove('sessions', { i, odd: i % 2 })).toBe(true);
      expect(registry.clear(`session_${i}`)).toBe(1);
    }
    expect(registry.warnings).toEqual([]);
    expect(await registry.read()).toMatchObject({ counters: {}, gauges: {} });
  });

  it('is kept by what is left when nearly all series are removed', async () => {
    const registry = new TestRegistry();
    for (let i = 0; i < 1000; i++) registry.count('x', i, { i, kind: 'a' });
    for (let i = 1; i < 1000; i++) registry.remove('x', { kind: 'a', i });
    registry.count('x', 7, { i: 0, kind: 'a' });
    registry.count('x', 8, { kind: 'a', i: '0' });
    registry.count('x', 9, { i: 5, kind: 'a' });
    expect((await registry.read()).counters).toEqual({
      'x{i="0",kind="a"}': 15,
      'x{i="5",kind="a"}': 9,
    });
  });
});

describe('a metric of the monitor itself', () => {
  it('is not removed, which is logged', async () => {
    const registry = new TestRegistry();
    registry.ownCounter('requests').inc();
    expect(registry.remove('requests')).toBe(false);
    expect(registry.clear('requests')).toBe(0);
    expect((await registry.read()).counters).toEqual({ requests: 1 });
    expect(registry.warnings).toEqual([
      expect.stringContaining("'requests' is a metric of the monitor itself"),
    ]);
  });

  it.each<[string, (registry: TestRegistry, nth: number) => Promise<object | undefined>]>([
    [
      'such as that of a thread that has ended',
      async (registry, nth) => {
        const thread = `report ${nth}`;
        const gauge = registry.ownGauge('worker_utilization', undefined, { thread });
        gauge.set(0.5);
        await registry.read();
        registry.removeOwnGauge('worker_utilization', { thread });
        return gauge;
      },
    ],
    [
      'such as the age of a gauge that is removed',
      async (registry, nth) => {
        registry.gaugeFrom('mails', () => Promise.resolve(nth), { nth });
        await registry.read();
        await registry.read();
        const age = registry.gauges.family('monitor_gauge_age')?.labelled.at(-1);
        registry.remove('mails', { nth });
        return age;
      },
    ],
  ])('leaves nothing in memory when the monitor removes a series, %s', async (_what, addAndRemove) => {
    const registry = new TestRegistry();
    const series: WeakRef<object>[] = [];
    for (let i = 0; i < 10; i++) series.push(new WeakRef(present(await addAndRemove(registry, i))));
    await registry.read();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    // V8 may still have a few on its stack.
    expect(series.filter((one) => one.deref() !== undefined).length).toBeLessThan(5);
  });
});

describe('several processes as one', () => {
  it('have no series that all have removed, and what is left of one that some have', async () => {
    const [a, b] = [new TestRegistry(), new TestRegistry()];
    const merged = new MergedSource([a, b].map((one) => new RegistrySource(one, () => NO_FACTS)));
    for (const registry of [a, b]) {
      registry.count('calls', 1);
      registry.count('calls', 2, { tenant: 'x' });
      registry.count('sales', 3);
    }
    expect(await countersOf(merged)).toEqual({ calls: 2, 'calls{tenant="x"}': 4, sales: 6 });
    a.remove('calls', { tenant: 'x' });
    a.remove('calls');
    a.clear('sales');
    expect(await countersOf(merged)).toEqual({ calls: 1, 'calls{tenant="x"}': 2, sales: 3 });
    b.clear('sales');
    b.clear('calls');
    expect(await countersOf(merged)).toEqual({});
    a.count('sales', 9);
    expect(await countersOf(merged)).toEqual({ sales: 9 });
  });
});

describe('a metric that is excluded', () => {
  it.each<[string, (string | RegExp)[]]>([
    ['by its name', ['calls', 'waiting', 'requests']],
    ['by the beginning of its name', ['ca*', 'wait*', 'req*']],
    ['by an expression', [/^(calls|waiting|requests)$/g]],
  ])('%s is in no document, takes no room, and has no warning', async (_how, patterns) => {
    const registry = new TestRegistry();
    registry.limitSeries(2);
    const before = registry.ownCounter('requests');
    registry.count('calls');
    registry.exclude(patterns);
    before.inc();
    registry.ownCounter('requests').inc();
    for (let i = 0; i < 10; i++) {
      registry.count('calls', 1, { i });
      registry.kv('waiting', i);
      registry.counter('calls', { handle: i }).inc();
    }
    registry.gaugeFrom('waiting', () => {
      throw new Error('must not be called');
    });
    registry.count('others');
    registry.count('more');
    expect(await registry.read()).toMatchObject({ counters: { more: 1, others: 1 }, gauges: {} });
    expect(Object.keys((await registry.read()).counters)).toEqual(['more', 'others']);
    expect(registry.warnings).toEqual([]);
  });

  it('by a name that another one begins with leaves the other', async () => {
    const registry = new TestRegistry();
    registry.exclude(['call']);
    registry.count('calls');
    expect((await registry.read()).counters).toEqual({ calls: 1 });
  });
});
