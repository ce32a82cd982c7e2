import { describe, expect, it } from 'vitest';
import { MetricsReader } from '../metrics/collection/reader.js';
import { START, startHistory } from '../../test/support/held-history.js';
import { present } from '../../test/support/present.js';
import type { Figure, HistoryDocument, Step, StepEvent } from './history-document.js';
import type { StoredStep } from './history-store.js';
import { MonitorHistory } from './monitor-history.js';
import { collectGarbage } from '../../test/support/collect-garbage.js';

function valuesOf(document: HistoryDocument, key: string, figure: Figure, step: Step = 1) {
  const index = document.series.findIndex((one) => one.key === key);
  const tier = document.tiers.find((one) => one.step === step);
  return tier?.columns.find((one) => one.series === index && one.figure === figure)?.values ?? [];
}

const timesOf = (document: HistoryDocument, step: Step = 1) =>
  (document.tiers.find((one) => one.step === step)?.times ?? []).map((time) =>
    new Date(time).toISOString().slice(11, 19),
  );

describe('the history', () => {
  it('has rates of counters, values of gauges with their extremes, and quantiles of histograms', async () => {
    const { registry, history, step } = await startHistory();
    registry.count('orders', 5);
    for (const value of [3, 9, 1, 4]) registry.kv('queue', value);
    for (let i = 1; i <= 1000; i++) registry.observe('size', i);
    await step();
    registry.count('orders', 3);
    await step(1500);
    await step(500);
    const document = await history.document();
    expect(valuesOf(document, 'orders', 'rate')).toEqual([5, 2, 0]);
    expect(valuesOf(document, 'queue', 'value')).toEqual([4, 4, 4]);
    expect(valuesOf(document, 'queue', 'min')).toEqual([1, 4, 4]);
    expect(valuesOf(document, 'queue', 'max')).toEqual([9, 4, 4]);
    expect(valuesOf(document, 'size', 'count')).toEqual([1000, 0, 0]);
    expect(valuesOf(document, 'size', 'max')).toEqual([1000, null, null]);
    expect(timesOf(document)).toEqual(['11:30:06', '11:30:07', '11:30:08']);
  });

  it('has the CPU of each step in percent, whenever the process has computed its own', async () => {
    const { process, history, step } = await startHistory();
    process.cpu = { ...process.cpu, user_time: 5, system_time: 1, percent: 1 };
    await step();
    process.cpu = { ...process.cpu, user_time: 5.75, system_time: 1.25 };
    await step(4000);
    const percent = valuesOf(await history.document(), 'process.cpu.percent', 'value');
    expect(percent).toEqual([1, null, null, null, 25]);
  });

  it('says how long each step took, so that a rate can be turned into a number of events', async () => {
    const { registry, history, step } = await startHistory();
    const begin = history.sequence;
    registry.count('orders', 5);
    await step();
    registry.count('orders', 3);
    await step(1500);
    await step(500);
    registry.count('orders', 14);
    await step(4000);
    const { tiers } = await history.document();
    expect(tiers.map(({ seconds }) => seconds)).toEqual([[1, 1.5, 0.5, null, null, null, 4], [7]]);
    const steps = history.reader.stepsAfter(begin) ?? [];
    const events = steps.map((one) => JSON.parse(history.reader.event(one, 'none')) as StepEvent);
    expect(events.map(({ step: length, seconds }) => [length, seconds])).toEqual([
      [1, 1],
      [1, 1.5],
      [1, 0.5],
      [1, 4],
      [10, 7],
    ]);
    expect(steps.map((one) => history.reader.row(one, 0, false).seconds)).toEqual([1, 1.5, 0.5, 4, 7]);
  });

  it('has no values from before its start in its steps', async () => {
    const { registry, source, clock, pass } = await startHistory();
    registry.count('orders', 100);
    registry.observe('size', 7);
    const options = { series: 300, minutes: 60 };
    const sink = { failure: () => {}, recovery: () => {} };
    const history = new MonitorHistory(source, options, sink, {
      monotonic: () => clock.monotonic,
      wall: () => clock.wall,
      sinceBoot: () => clock.sinceBoot,
    });
    await history.begin();
    registry.count('orders', 1);
    pass(1050);
    await history.readStep();
    const document = await history.document();
    expect(valuesOf(document, 'orders', 'rate')[0]).toBeLessThanOrEqual(1);
    expect(valuesOf(document, 'size', 'count')).toEqual([0]);
    expect(document.latest).toEqual([101, 1]);
  });

  it('has the same values for 1 s and 10 s as a reader that reads at the same times', async () => {
    const { registry, source, history, step } = await startHistory();
    const reader = new MetricsReader(source);
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const seconds: (number | null)[][] = [];
    const tens: (number | null)[][] = [];
    const read = async (name: string, into: (number | null)[][]) => {
      const { metrics } = await reader.read(name, true);
      const { p50, p99, max } = metrics.histograms['latency']!;
      into.push([p50, p99, max].map((value) => (value === null ? null : Number(value.toPrecision(5)))));
    };
    registry.observe('latency', 0);
    await step();
    for (const name of ['seconds', 'tens']) await reader.read(name, true);
    await step(4000);
    for (const name of ['seconds', 'tens']) await reader.read(name, true);
    for (let second = 1; second <= 40; second++) {
      const count = second % 9 === 0 ? 0 : Math.floor(random() * 40);
      for (let i = 0; i < count; i++) registry.observe('latency', Math.exp(8 * random() - 6) - 0.01);
      await step();
      await read('seconds', seconds);
      if (second % 10 === 0) await read('tens', tens);
    }
    const document = await history.document();
    const rows = (size: Step, count: number) =>
      Array.from({ length: count }, (_, at) =>
        (['p50', 'p99', 'max'] as const).map((figure) => {
          const value = valuesOf(document, 'latency', figure, size).slice(-count)[at] ?? null;
          return value;
        }),
      );
    const near = (found: (number | null)[][], wanted: (number | null)[][]) =>
      found.forEach((row, at) =>
        row.forEach((value, i) => {
          const right = wanted[at]![i]!;
          if (value === null || right === null) expect(value).toBe(right);
          // Both are rounded to five digits, one of them after it was a 32-bit float.
          else expect(Math.abs(value - right)).toBeLessThanOrEqual(2e-5 * Math.abs(right));
        }),
      );
    near(rows(1, 40), seconds);
    near(rows(10, 4), tens);
  });

  it('does not change the window of any reader', async () => {
    const { registry, source, steps } = await startHistory();
    const reader = new MetricsReader(source);
    await reader.read('mine');
    registry.kv('queue', 9);
    registry.observe('size', 4);
    await steps(3);
    registry.kv('queue', 2);
    registry.observe('size', 8);
    await steps(3);
    const { metrics } = await reader.read('mine');
    expect([metrics.max_gauges['queue'], metrics.min_gauges['queue']]).toEqual([9, 2]);
    expect(metrics.histograms['size']).toMatchObject({ count: 2, min: 4, max: 8 });
  });

  it('sends the total of a counter with its first step, also of one that has not changed since', async () => {
    const { history, step } = await startHistory({ before: (registry) => registry.count('orders', 3) });
    await step();
    const [first] = history.reader.stepsAfter(history.sequence - 1) ?? [];
    const { series, values } = JSON.parse(history.reader.event(present(first), 'changed')) as StepEvent;
    const index = series?.findIndex(({ key }) => key === 'orders');
    expect(values).toContainEqual([index, 'total', 3]);
  });

  it('sums the label sets of requests, bucket by bucket', async () => {
    const { registry, history, step } = await startHistory();
    const labelsOf = (route: string) => ({ method: 'GET', route, status: 200 });
    for (let i = 0; i < 100; i++) {
      registry.ownHistogram('http_request_duration', labelsOf(`/${i % 10}`)).observe(i < 98 ? 0.01 : 4);
      registry.ownCounter('http_requests', labelsOf(`/${i % 10}`)).inc();
    }
    await step();
    const document = await history.document({ series: ['http_request_duration', 'http_requests'] });
    expect(valuesOf(document, 'http_requests', 'rate')).toEqual([100]);
    expect(valuesOf(document, 'http_request_duration', 'count')).toEqual([100]);
    expect(valuesOf(document, 'http_request_duration', 'p50')[0]).toBeCloseTo(0.01, 3);
    expect(valuesOf(document, 'http_request_duration', 'p99')[0]).toBeCloseTo(4, 0);
    expect(document.latest[document.series.findIndex(({ key }) => key === 'http_requests')]).toBe(100);
  });

  it('has exact sums where some of the series are not kept, before and after the selection changes', async () => {
    const { registry, history, step, steps } = await startHistory({ series: 50 });
    const durations = Array.from({ length: 200 }, (_, route) =>
      registry.ownHistogram('http_request_duration', { method: 'GET', route: `/${route}`, status: 200 }),
    );
    for (let second = 0; second < 130; second++) {
      durations.forEach((duration, route) => {
        // The routes that came last are the busiest.
        if (route < 190 && second % 10 !== 0) return;
        duration.observe(route === 0 ? 2 : 0.1);
      });
      await step();
    }
    await steps(1);
    const document = await history.document();
    const counts = valuesOf(document, 'http_request_duration', 'count');
    expect(counts).toEqual([...Array.from({ length: 130 }, (_, at) => (at % 10 === 0 ? 200 : 10)), 0]);
    expect(valuesOf(document, 'http_request_duration', 'max').slice(0, 3)).toEqual([2, 0.1, 0.1]);
    expect(document.series.length).toBeLessThanOrEqual(50);
    expect(document.dropped_series).toBe(200 - (document.series.length - 1));
    const kept = document.series.map(({ labels }) => labels['route']);
    for (let route = 190; route < 200; route++) expect(kept).toContain(`/${route}`);
  });

  it('has steps without a value while the process was stopped, and reads once afterwards', async () => {
    const { registry, history, step } = await startHistory();
    registry.count('orders');
    await step();
    registry.count('orders', 8);
    await step(4000);
    await step();
    const document = await history.document();
    expect(valuesOf(document, 'orders', 'rate')).toEqual([1, null, null, null, 2, 0]);
    expect(timesOf(document).slice(-2)).toEqual(['11:30:10', '11:30:11']);
  });

  it('has steps without a value while the machine slept and its monotonic clock stood still', async () => {
    const { registry, history, step, clock } = await startHistory();
    await step();
    registry.count('orders', 2);
    clock.wall += 3_600_000;
    clock.sinceBoot += 3_600_000;
    await step();
    const document = await history.document();
    const rates = valuesOf(document, 'orders', 'rate');
    expect([rates.length, rates.at(-1), rates.slice(0, -1).every((rate) => rate === null)]).toEqual([
      300,
      2,
      true,
    ]);
    expect(timesOf(document).at(-1)).toBe('12:30:07');
    const longTimes = document.tiers[1]!.times;
    expect(longTimes.every((time, at) => at === 0 || time - longTimes[at - 1]! === 10_000)).toBe(true);
  });

  it.each([
    [-999, []],
    [-1000, ['clock']],
    [1500, []],
    [2500, ['clock']],
  ])(
    'after the wall clock was set by %i ms, the times of steps ascend, or listeners are told',
    async (by, told) => {
      const { history, steps, clock } = await startHistory();
      const [times, resets]: [number[], string[]] = [[], []];
      history.subscribe({
        onSteps: ([step]) => {
          const { time } = JSON.parse(history.reader.event(step as StoredStep, 'none')) as StepEvent;
          times.push(time);
        },
        onReset: (reason) => {
          times.length = 0;
          resets.push(reason);
        },
      });
      await steps(3);
      clock.wall += by;
      await steps(3);
      expect(resets).toEqual(told);
      expect(times.every((time, at) => at === 0 || time > (times[at - 1] ?? 0))).toBe(true);
    },
  );

  it('follows a wall clock that is set back, and tells its listeners', async () => {
    const { history, steps, clock } = await startHistory();
    const resets: string[] = [];
    history.subscribe({ onSteps: () => {}, onReset: (reason) => resets.push(reason) });
    await steps(3);
    const before = history.sequence;
    clock.wall -= 3_600_000;
    await steps(2);
    const document = await history.document();
    expect(timesOf(document)).toEqual(['10:30:06', '10:30:07', '10:30:08', '10:30:09', '10:30:10']);
    expect(resets).toEqual(['clock']);
    expect(history.reader.stepsAfter(before)).toBeUndefined();
  });

  it('does not continue with other series under the same indexes after a series was removed', async () => {
    const { registry, history, step } = await startHistory();
    const resets: string[] = [];
    history.subscribe({ onSteps: () => {}, onReset: (reason) => resets.push(reason) });
    for (const tenant of ['x', 'y', 'z']) registry.count('orders', 1, { tenant });
    await step();
    const before = history.sequence;
    registry.remove('orders', { tenant: 'x' });
    await step();
    expect(resets).toEqual(['series']);
    expect(history.reader.stepsAfter(before)).toBeUndefined();
    const { sequence, series } = await history.document();
    expect(series.map(({ key }) => key)).not.toContain('orders{tenant="x"}');
    await step();
    expect(history.reader.stepsAfter(sequence)).toHaveLength(1);
    registry.clear('orders');
    await step();
    expect(resets).toEqual(['series', 'series']);
  });

  it('continues from any of its last steps without a gap, and from no other', async () => {
    const { history, steps } = await startHistory();
    const start = history.sequence;
    await steps(120);
    const all = history.reader.stepsAfter(start) ?? [];
    expect(all.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: history.sequence - start }, (_, at) => start + at + 1),
    );
    expect(all.filter(({ tier }) => tier.step === 10)).toHaveLength(12);
    expect(history.reader.stepsAfter(history.sequence)).toEqual([]);
    await steps(300);
    expect(history.reader.stepsAfter(start)).toBeUndefined();
    expect(history.reader.stepsAfter(history.sequence + 1)).toBeUndefined();
    const other = await startHistory();
    await other.steps(10);
    expect(history.reader.stepsAfter(other.history.sequence)).toBeUndefined();
  });

  it('returns the requested series and steps', async () => {
    const { registry, history, steps } = await startHistory();
    registry.count('orders', 1, { kind: 'gift' });
    registry.count('orders', 1, { kind: 'normal' });
    registry.count('order_lines');
    await steps(20);
    const keys = async (...series: string[]) =>
      (await history.document({ series })).series.map(({ key }) => key);
    expect(await keys('orders')).toEqual(['orders{kind="gift"}', 'orders{kind="normal"}']);
    expect(await keys('orders{kind="gift"}', 'nothing')).toEqual(['orders{kind="gift"}']);
    expect(await keys('order*')).toHaveLength(3);
    const document = await history.document({ since: START + 12_000 });
    expect(timesOf(document)).toHaveLength(8);
    expect(timesOf(document, 10)).toEqual(['11:30:20']);
  });

  it('takes at most 6 MB for an hour of 300 busy histograms', async () => {
    const { registry, steps } = await startHistory();
    const histograms = Array.from({ length: 300 }, (_, i) => registry.histogram('latency', { i }));
    const observe = () => {
      for (const [at, histogram] of histograms.entries()) {
        for (let i = 0; i < 3; i++) histogram.observe(0.001 * 10 ** (((at * 7 + i * 131) % 400) / 100));
      }
    };
    for (let i = 0; i < 130; i++)
      for (const [at, one] of histograms.entries()) one.observe(0.001 * 10 ** (((at + i * 3) % 400) / 100));
    collectGarbage();
    const before = process.memoryUsage();
    for (let i = 0; i < 400; i++) {
      observe();
      await steps(1);
    }
    collectGarbage();
    const after = process.memoryUsage();
    // The buckets of the metrics themselves were there before; heap objects are the series and their names.
    const used = after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapUsed - before.heapUsed);
    expect(used).toBeGreaterThan(2e6);
    expect(used).toBeLessThan(6e6);
  });
});
