import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inSlices } from '../../common/slices.js';
import { readJournal } from '../journal/read-journal.js';
import type { HistorySeries } from '../history-document.js';
import { HistoryCopy } from './history-copy.js';
import { mergeTier, slotsOf } from './merge-tier.js';
import { SeriesTable } from './merged-series.js';
import { mixedQuantiles } from './mixed-quantile.js';

const KEPT = { 1: 300, 10: 360 };

function series(key: string, kind: HistorySeries['kind'], more: Partial<HistorySeries> = {}): HistorySeries {
  return { key, name: key, kind, labels: {}, unit: null, help: '', builtIn: false, ...more };
}

function copyOf(
  pid: number,
  list: readonly HistorySeries[],
  rows: readonly (readonly [number, (number | null)[]])[],
  hostname: string | null = null,
  thread: number | null = null,
) {
  const copy = new HistoryCopy({ pid, thread, text: `${pid}` }, KEPT);
  copy.setInstance({ pid, hostname });
  copy.addSeries(list);
  for (const [second, values] of rows) copy.append({ step: 1, time: second * 1000, values });
  return copy;
}

/** The values of each merged series, by key and figure. */
async function merged(copies: readonly HistoryCopy[], to: number) {
  const table = new SeriesTable();
  table.update(copies);
  const slots = slotsOf(copies, 1, -Infinity, to * 1000);
  const { columns } = await inSlices(mergeTier(1, slots, table.all, copies));
  const names = columns.map(({ series: at, figure }) => `${table.all[at]?.identity.key} ${figure}`);
  return Object.fromEntries(columns.map(({ values }, at) => [names[at], values]));
}

describe('the merged history of several processes', () => {
  it('adds rates up, step by step, whatever the phase of their clocks', async () => {
    const list = [series('orders', 'counter')];
    const a = copyOf(1, list, [
      [10, [1]],
      [11, [2]],
      [12, [3]],
    ]);
    // Its steps end 120 ms later.
    const b = copyOf(2, list, [
      [11.12, [10]],
      [12.12, [20]],
    ]);
    expect(await merged([a, b], 12)).toEqual({ 'orders rate': [1, 12, 23] });
  });

  it('has the mean length of each step, by which rates are weighed', async () => {
    const [a, b] = [1, 2].map((pid) => copyOf(pid, [series('orders', 'counter')], []));
    const append = (copy: HistoryCopy | undefined, time: number, seconds?: number) =>
      copy?.append({ step: 1, time, seconds, values: [1] });
    append(a, 1000, 1.5);
    append(a, 2000, 0.5);
    append(a, 4000, 2);
    append(b, 2000, 1);
    // A step without a length.
    append(b, 4000);
    const copies = [a, b].flatMap((copy) => copy ?? []);
    const { seconds } = await inSlices(mergeTier(1, slotsOf(copies, 1, -Infinity, 4000), [], copies));
    expect(seconds).toEqual([1.5, 0.75, null, 1.5]);
  });

  it('merges gauges by their rule, with the last value of a process that tells nothing for a while', async () => {
    const list = [
      series('memory', 'gauge', { aggregate: 'sum' }),
      series('age', 'gauge', { aggregate: 'max' }),
      series('room', 'gauge', { aggregate: 'min' }),
    ];
    const a = copyOf(1, list, [
      [1, [5, 5, 5, 1, 1, 1, 7, 7, 7]],
      [2, [6, 6, 6, 2, 2, 2, 8, 8, 8]],
      [3, [6, 6, 6, 3, 3, 3, 9, 9, 9]],
    ]);
    const b = copyOf(2, list, [[1, [100, 100, 100, 9, 9, 9, 2, 2, 2]]]);
    expect(await merged([a, b], 3)).toMatchObject({
      'memory value': [105, 106, 106],
      'age value': [9, 9, 9],
      'room value': [2, 2, 2],
    });
    b.hasEnded = true;
    expect(await merged([a, b], 3)).toMatchObject({ 'memory value': [105, 6, 6], 'age value': [9, 2, 3] });
  });

  it('keeps the value of a gauge in the seconds in which its process did not run', async () => {
    const list = [series('memory', 'gauge', { aggregate: 'sum' })];
    const a = copyOf(1, list, [
      [1, [5, 5, 5]],
      [2, [5, 5, 5]],
      [3, [5, 5, 5]],
    ]);
    const b = copyOf(2, list, []);
    b.setTimes(1, [1000, 2000, 3000], [1, null, 2]);
    b.setColumn(1, 0, 'value', [100, null, 110]);
    b.endColumns();
    expect(await merged([a, b], 3)).toMatchObject({ 'memory value': [105, 105, 115] });
  });

  it('keeps a gauge of each process apart, with the label of the document', async () => {
    const list = [series('queue', 'gauge', { aggregate: 'process' })];
    const copies = [1, 2].map((pid) => copyOf(pid, list, [[1, [pid, pid, pid]]]));
    expect(await merged(copies, 1)).toMatchObject({
      'queue{process="1"} value': [1],
      'queue{process="2"} value': [2],
    });
  });

  it('counts the numbers of a process once, however many threads tell them', async () => {
    const list = [series('process.cpu.user_time', 'counter', { builtIn: true })];
    const main = copyOf(1, list, [[1, [0.5]]]);
    const thread = new HistoryCopy({ pid: 1, thread: 3, text: '1.3' }, KEPT);
    thread.addSeries(list);
    thread.append({ step: 1, time: 1000, values: [0.5] });
    expect(await merged([main, thread], 1)).toEqual({ 'process.cpu.user_time rate': [0.5] });
  });

  it('adds up the numbers of processes that have the same pid on two hosts', async () => {
    const list = [
      series('process.cpu.user_time', 'counter', { builtIn: true }),
      series('process.meminfo.rss_bytes', 'gauge', { builtIn: true, aggregate: 'sum' }),
    ];
    const copies = [
      copyOf(1, list, [[1, [0.5, 100, 100, 100]]], 'a'),
      copyOf(1, list, [[1, [0.25, 50, 50, 50]]], 'b'),
      copyOf(1, list, [[1, [0.5, 100, 100, 100]]], 'a', 3),
    ];
    expect(await merged(copies, 1)).toMatchObject({
      'process.cpu.user_time rate': [0.75],
      'process.meminfo.rss_bytes value': [150],
    });
  });

  it('has the host in the label of a gauge of each process where two hosts have its pid, from then on', async () => {
    const list = [series('queue', 'gauge', { aggregate: 'process' })];
    const copies = (
      [
        [1, 'a', null],
        [1, 'a', 3],
        [2, 'a', null],
        [1, 'b', null],
      ] as const
    ).map(([pid, host, thread]) => copyOf(pid, list, [[1, [1, 1, 1]]], host, thread));
    const table = new SeriesTable();
    const keys = () => table.all.flatMap(({ identity, parts }) => (parts.length > 0 ? [identity.key] : []));
    const ofOneHost = ['queue{process="1"}', 'queue{process="1:3"}', 'queue{process="2"}'];
    table.update(copies.slice(0, 3));
    expect(keys()).toEqual(ofOneHost);
    table.update(copies);
    const ofTwo = ['queue{process="2"}', 'queue{process="a:1"}', 'queue{process="a:1:3"}'];
    expect(keys()).toEqual([...ofTwo, 'queue{process="b:1"}']);
    table.update(copies.slice(0, 3));
    expect(keys()).toEqual(ofTwo);
    expect(table.all.map(({ identity }) => identity.key).slice(0, 3)).toEqual(ofOneHost);
  });

  it('gives the exact count and maximum of a histogram, and quantiles between those of the processes', async () => {
    const list = [series('size', 'histogram')];
    const a = copyOf(1, list, [[1, [10, 1, 2, 3]]]);
    const b = copyOf(2, list, [[1, [30, 5, 8, 9]]]);
    const {
      'size count': count,
      'size max': max,
      'size p50': p50,
      'size p99': p99,
    } = await merged([a, b], 1);
    expect([count, max]).toEqual([[40], [9]]);
    expect(p50?.[0]).toBeGreaterThan(1);
    expect(p50?.[0]).toBeLessThan(5);
    expect(p99?.[0]).toBeGreaterThan(7);
    expect(p99?.[0]).toBeLessThanOrEqual(8);
  });

  it('keeps the index of a series when its process gives it another one', async () => {
    const [first, second] = [series('a', 'counter'), series('b', 'counter')];
    const copy = copyOf(1, [first, second], [[1, [1, 2]]]);
    copy.replaceSeries([second]);
    copy.append({ step: 1, time: 2000, values: [3], series: [series('c', 'counter')] });
    copy.append({ step: 1, time: 3000, values: [4, 5] });
    expect(await merged([copy], 3)).toEqual({
      'a rate': [1, null, null],
      'b rate': [2, 3, 4],
      'c rate': [null, null, 5],
    });
  });

  it.each([
    ['no object', 7],
    ['no step', { step: 2, time: 1, values: [] }],
    ['no time', { step: 1, time: 'x', values: [] }],
    ['no values', { step: 1, time: 1 }],
    ['a text as a value', { step: 1, time: 1, values: ['x'] }],
    ['no series', { step: 1, time: 1, values: [], series: [{}] }],
    [
      'a label that is no text',
      { step: 1, time: 1, values: [], series: [series('x', 'gauge', { labels: { a: 1 } as never })] },
    ],
    ['a heat map of an unknown series', { step: 1, time: 1, values: [1], heat: [[5, []]] }],
  ])('refuses %s', (_, row) => {
    const copy = copyOf(1, [series('orders', 'counter')], []);
    expect(() => copy.append(row)).toThrow(/^no |^an unknown /);
  });

  it('reads a journal whose last line was cut off', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'journal-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'one');
    const head = {
      instance: { start_time: '2026-01-31T00:00:00.000Z' },
      series: [series('orders', 'counter')],
    };
    const row = (time: number, value: number) => ({ step: 1, time, values: [value] });
    const text = [head, row(1000, 1), row(2000, 2)].map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(`${path}.seconds`, `${text}{"step":1,"ti`);
    const copy = new HistoryCopy({ pid: 1, thread: null, text: '1' }, KEPT);
    expect(await readJournal(path, copy, 2000)).toBeGreaterThan(0);
    expect(await merged([copy], 2)).toEqual({ 'orders rate': [1, 2] });
    expect(copy.startTime).toBe('2026-01-31T00:00:00.000Z');
  });
});

describe('quantiles of several processes', () => {
  it('are exact where all values are of one process', () => {
    const known = { count: 5, p50: 1, p99: 2, max: 3 };
    expect(mixedQuantiles([known, { count: 0, p50: NaN, p99: NaN, max: NaN }])).toEqual([1, 2]);
  });

  it('are those of each, where all processes have the same', () => {
    const known = { count: 5, p50: 0.1, p99: 0.2, max: 0.4 };
    const [p50, p99] = mixedQuantiles([known, { ...known, count: 50 }, known]);
    expect([p50, p99]).toEqual([0.1, 0.2]);
  });

  it('show one slow process among fast ones', () => {
    const fast = { count: 100, p50: 0.001, p99: 0.002, max: 0.003 };
    const slow = { count: 100, p50: 1, p99: 1.5, max: 2 };
    const [p50, p99] = mixedQuantiles([fast, fast, fast, slow]);
    expect(p50).toBeLessThan(0.002);
    expect(p99).toBeGreaterThan(1);
    expect(p99).toBeLessThanOrEqual(1.5);
  });

  it('are near those of all values, and never outside of those of the processes', () => {
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 200; round++) {
      const processes = Array.from({ length: 2 + Math.floor(random() * 4) }, () => {
        const scale = 10 ** (3 * random());
        return Array.from({ length: 1 + Math.floor(random() * 400) }, () => -Math.log(random()) * scale);
      }).map((values) => values.sort((a, b) => a - b));
      const at = (values: readonly number[], q: number) => values[Math.ceil(q * values.length) - 1] ?? NaN;
      const known = processes.map((values) => ({
        count: values.length,
        p50: at(values, 0.5),
        p99: at(values, 0.99),
        max: at(values, 1),
      }));
      const quantiles = mixedQuantiles(known);
      for (const [index, key] of (['p50', 'p99'] as const).entries()) {
        const all = known.map((one) => one[key]);
        expect(quantiles[index]).toBeGreaterThanOrEqual(Math.min(...all));
        expect(quantiles[index]).toBeLessThanOrEqual(Math.max(...all));
      }
    }
  });
});
