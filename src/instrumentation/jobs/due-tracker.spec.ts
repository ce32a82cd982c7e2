import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import type { Timetable } from './due-tracker.js';
import { DueTracker } from './due-tracker.js';
import { JobMetrics } from './job-metrics.js';

/** Milliseconds between two runs. */
const PERIOD = 1000;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

function track(change: Partial<Timetable> = {}) {
  const registry = new TestRegistry();
  const job = new JobMetrics({ registry, clock: () => 0 }, 'a');
  const tracker = new DueTracker(job, {
    now: () => Date.now(),
    dateOf: (time) => time,
    next: (now) => now + PERIOD,
    dueNow: (due) => due,
    countAfter: (due, until) => Math.max(0, Math.floor((until - due) / PERIOD)),
    version: () => 1,
    ...change,
  });
  const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
  const read = async () => {
    const { counters, gauges } = await registry.read();
    return { missed: counters['job_missed_runs{job="a"}'], next: gauges['job_next_run{job="a"}'] };
  };
  return { tracker, pass, read };
}

describe('a run that is due', () => {
  it('and starts is not missed, however often it is looked at', async () => {
    const { tracker, pass, read } = track();
    for (let n = 0; n < 20; n++) {
      pass(PERIOD);
      tracker.onRead();
      tracker.onStart();
      tracker.onRead();
    }
    expect(await read()).toEqual({ missed: 0, next: 1021 });
  });

  it('and does not start is late for five seconds, and missed then', async () => {
    const { tracker, pass, read } = track();
    pass(PERIOD + 4999);
    tracker.onRead();
    expect(await read()).toEqual({ missed: 0, next: 1001 });
    pass(1);
    tracker.onRead();
    tracker.onRead();
    expect(await read()).toEqual({ missed: 1, next: 1007 });
  });

  it('and does not start is missed with all that were due after it', async () => {
    const { tracker, pass, read } = track();
    pass(PERIOD + 60_000);
    tracker.onRead();
    tracker.onRead();
    expect(await read()).toEqual({ missed: 56, next: 1062 });
  });

  it('and is skipped is missed once, however often it is looked at', async () => {
    const { tracker, pass, read } = track();
    for (let n = 0; n < 20; n++) {
      pass(PERIOD);
      tracker.onSkip();
      tracker.onRead();
    }
    pass(4000);
    tracker.onRead();
    expect(await read()).toEqual({ missed: 20, next: 1021 });
  });

  it('and starts late is not missed, but those that were due meanwhile are', async () => {
    const { tracker, pass, read } = track();
    pass(PERIOD + 3000);
    tracker.onStart();
    expect((await read()).missed).toBe(0);
    pass(PERIOD + 60_000);
    tracker.onStart();
    expect((await read()).missed).toBe(55);
  });

  it('is not missed when the job has been stopped or has another timetable', async () => {
    let version = 1;
    const { tracker, pass, read } = track({ version: () => version });
    version = 2;
    pass(60_000);
    tracker.onRead();
    expect(await read()).toEqual({ missed: 0, next: 1061 });
    version = 3;
    pass(60_000);
    tracker.onStart();
    expect(await read()).toEqual({ missed: 0, next: 1121 });
    tracker.stop();
    expect(await read()).toEqual({ missed: 0, next: undefined });
  });

  it('by another clock has the date of the wall clock, and is not missed when that is set', async () => {
    let now = 50;
    const { tracker, pass, read } = track({ now: () => now, dateOf: (time) => Date.now() + time - now });
    expect(await read()).toEqual({ missed: 0, next: 1001 });
    pass(3_600_000);
    tracker.onRead();
    expect(await read()).toEqual({ missed: 0, next: 4601 });
    // Not each millisecond by which the clocks differ is a new date.
    pass(999);
    tracker.onRead();
    expect(await read()).toEqual({ missed: 0, next: 4601 });
    pass(-7_200_999);
    now += PERIOD;
    tracker.onStart();
    expect(await read()).toEqual({ missed: 0, next: -2599 });
    now += PERIOD + 60_000;
    tracker.onRead();
    expect((await read()).missed).toBe(56);
  });

  it('once is not due again', async () => {
    const { tracker, pass, read } = track({
      next: (now, last) => (last === undefined ? now + PERIOD : undefined),
    });
    pass(PERIOD);
    tracker.onStart();
    pass(60_000);
    tracker.onRead();
    expect(await read()).toEqual({ missed: 0, next: undefined });
  });
});
