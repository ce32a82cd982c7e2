import { beforeEach, describe, expect, it } from 'vitest';
import { Gauge } from '../gauge.js';
import { HistogramSeries } from '../histogram/histogram-series.js';
import { ReaderWindows } from './reader-windows.js';

/** In milliseconds. */
const DAY = 86_400_000;

const home = { name: 'x', refuse: () => {}, refuseExemplar: () => {} };

describe('ReaderWindows', () => {
  let now: number;
  let windows: ReaderWindows;
  let gauge: Gauge;
  let histogram: HistogramSeries;

  const set = (...values: number[]) => values.forEach((value) => gauge.set(value));
  const observe = (...values: number[]) => values.forEach((value) => histogram.observe(value));
  const extremes = (reader: string) => windows.open(reader).extremesOf(gauge);
  const interval = (reader: string) => {
    const { count, sum, min, max } = windows.open(reader).intervalOf(histogram);
    return { count, sum, min, max };
  };

  beforeEach(() => {
    now = 0;
    windows = new ReaderWindows(() => now);
    gauge = new Gauge(home, '');
    histogram = new HistogramSeries(home, '');
  });

  it('are dropped after a day without a read; the next window reaches back to the start', () => {
    set(10);
    observe(10);
    extremes('daily');
    interval('daily');
    now += DAY;
    extremes('other');
    set(4);
    observe(4);
    expect(extremes('daily')).toEqual({ min: 4, max: 4 });
    now += DAY + 1;
    extremes('other');
    expect(extremes('daily')).toEqual({ min: 4, max: 10 });
    expect(interval('daily')).toEqual({ count: 2, sum: 14, min: 4, max: 10 });
  });

  it('of the least recent reader are dropped when there are more than 20 readers', () => {
    set(10);
    for (let i = 0; i < 20; i++) extremes(`reader ${i}`);
    extremes('reader 0');
    extremes('one more');
    expect(extremes('reader 0')).toBeUndefined();
    expect(extremes('reader 1')).toEqual({ min: 10, max: 10 });
  });

  it('of a reader that is kept are never dropped', () => {
    windows.open('kept', true).extremesOf(gauge);
    set(10);
    windows.open('kept', true).extremesOf(gauge);
    for (let i = 0; i < 40; i++) extremes(`reader ${i}`);
    now += 2 * DAY;
    extremes('other');
    expect(windows.open('kept', true).extremesOf(gauge)).toBeUndefined();
  });

  it('of a reader that is kept are never dropped, also if somebody has read under its name before', () => {
    set(10);
    windows.open('kept').extremesOf(gauge);
    windows.open('kept', true).extremesOf(gauge);
    windows.open('kept').extremesOf(gauge);
    for (let i = 0; i < 40; i++) extremes(`reader ${i}`);
    expect(windows.open('kept', true).extremesOf(gauge)).toBeUndefined();
  });

  it('that are given back before everything in them was read still reach back to where they began', () => {
    set(10, 1);
    observe(10, 1);
    // Any read ends the segment of a series.
    extremes('other');
    windows.open('first').giveBack();
    set(5);
    observe(5);
    expect(extremes('first')).toEqual({ min: 1, max: 10 });
    expect(interval('first')).toEqual({ count: 3, sum: 16, min: 1, max: 10 });
    windows.open('first').giveBack();
    expect(extremes('first')).toBeUndefined();
    expect(interval('first')).toMatchObject({ count: 0, sum: 0 });
  });

  it('have the exact sum of an interval, whatever was recorded before', () => {
    observe(1e300, 1.234567e284, 1e25, 0.1);
    interval('a');
    observe(2, 3);
    expect(interval('a')).toEqual({ count: 2, sum: 5, min: 2, max: 3 });
    observe(1e-9, 2e-9);
    const lost = windows.open('a');
    lost.intervalOf(histogram);
    observe(4e-9);
    lost.giveBack();
    expect(interval('a').sum).toBeCloseTo(7e-9, 20);
  });

  it('report each value once when a reader begins its second read before its first one has ended', () => {
    observe(1000);
    const [first, second] = [windows.open('a'), windows.open('a')];
    expect(second.intervalOf(histogram)).toMatchObject({ count: 1, min: 1000 });
    observe(1);
    const { count, sum, min, max } = first.intervalOf(histogram);
    expect({ count, sum, min, max }).toEqual({ count: 1, sum: 1, min: 1, max: 1 });
  });

  it('have the exact sum after overlapping first reads of a reader, of which the later one is given back', () => {
    observe(1000);
    // Any read ends the segment of a series.
    interval('other');
    windows.open('a');
    const second = windows.open('a');
    observe(1);
    second.intervalOf(histogram);
    second.giveBack();
    expect(interval('a')).toEqual({ count: 2, sum: 1001, min: 1, max: 1000 });
  });

  it('have the sum of all squares, also of what was recorded before zeros', () => {
    interval('slow');
    for (const values of [[50], [0, 0], [50]]) {
      observe(...values);
      interval('fast');
    }
    expect(windows.open('slow').intervalOf(histogram).squares).toBe(5000);
  });

  it('can be given back in any order, each once', () => {
    set(10, 1);
    observe(10, 1);
    const first = windows.open('a');
    first.extremesOf(gauge);
    first.intervalOf(histogram);
    set(5);
    observe(5);
    const second = windows.open('a');
    second.extremesOf(gauge);
    second.intervalOf(histogram);
    set(7);
    observe(7);
    second.giveBack();
    first.giveBack();
    first.giveBack();
    expect(extremes('a')).toEqual({ min: 1, max: 10 });
    expect(interval('a')).toEqual({ count: 4, sum: 23, min: 1, max: 10 });
    expect(extremes('a')).toBeUndefined();
    expect(interval('a')).toMatchObject({ count: 0, sum: 0 });
  });

  it('keep nothing of a series that is removed before, during or after a read', () => {
    set(1);
    observe(1);
    const cursor = windows.open('a', true);
    cursor.extremesOf(gauge);
    cursor.intervalOf(histogram);
    set(2);
    observe(2);
    const during = windows.open('a', true);
    windows.forget(gauge);
    windows.forget(histogram);
    during.extremesOf(gauge);
    // What was read before is not read again.
    expect(during.intervalOf(histogram)).toMatchObject({ count: 0, sum: 0 });
    for (const one of [cursor, during]) one.giveBack();
    const { segments, bases } = cursor['window'];
    expect([segments.size, bases.size, windows['sinceStart'].size]).toEqual([0, 0, 0]);
  });
});
