import { CronJob } from 'cron';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { CronTimetable } from './cron-job.js';
import { DueTracker } from './due-tracker.js';
import { JobMetrics } from './job-metrics.js';

afterEach(() => void vi.useRealTimers());

/** A job in the time zone of Berlin, tracked from the given time on. Its timer does not run: the test starts its runs. */
function track(cronTime: string | Date, now: string) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) });
  const job = CronJob.from({ cronTime, timeZone: 'Europe/Berlin', onTick: () => {} });
  job.start();
  onTestFinished(() => void job.stop());
  const registry = new TestRegistry();
  const tracker = new DueTracker(
    new JobMetrics({ registry, clock: () => 0 }, 'a'),
    new CronTimetable(job as never),
  );
  const read = async () => {
    tracker.onRead();
    const { counters, gauges } = await registry.read();
    const next = gauges['job_next_run{job="a"}'];
    return {
      missed: counters['job_missed_runs{job="a"}'],
      next: next === undefined ? undefined : new Date(next * 1000).toISOString(),
    };
  };
  return { job, tracker, read, at: (time: string) => void vi.setSystemTime(Date.parse(time)) };
}

describe('the next run of a cron job', () => {
  it.each([
    // The clock goes from 02:00 to 03:00 on 2027-03-28, and from 03:00 to 02:00 on 2027-10-31.
    ['in spring', ['2027-03-27T08:00Z', '2027-03-28T07:00Z', '2027-03-29T07:00Z']],
    ['in autumn', ['2027-10-30T07:00Z', '2027-10-31T08:00Z', '2027-11-01T08:00Z']],
  ])('is at the same time of day when the clock is changed %s, and none is missed', async (_when, runs) => {
    const [first = '', ...others] = runs;
    const { tracker, read, at } = track('0 9 * * *', first);
    for (const run of others) {
      expect(await read()).toEqual({ missed: 0, next: new Date(run).toISOString() });
      at(run);
      tracker.onStart();
    }
    expect((await read()).missed).toBe(0);
  });

  it('is one hour later, by the time zone of the job, when its time of day does not exist', async () => {
    const { tracker, read, at } = track('30 2 * * *', '2027-03-27T12:00Z');
    const { next } = await read();
    // `cron` runs it when the clock has gone forward.
    expect([next?.slice(0, 13)]).toEqual(['2027-03-28T01']);
    at(String(next));
    tracker.onStart();
    expect(await read()).toEqual({ missed: 0, next: '2027-03-29T00:30:00.000Z' });
  });

  it('is known if its timer is a millisecond early', async () => {
    const { tracker, read, at } = track('0 9 * * *', '2027-06-01T08:00Z');
    at('2027-06-02T06:59:59.999Z');
    tracker.onStart();
    expect(await read()).toEqual({ missed: 0, next: '2027-06-03T07:00:00.000Z' });
  });

  it('does not exist for a job that was stopped, and for a job with a single date that has passed', async () => {
    const { job, read, at } = track('0 9 * * *', '2027-06-01T08:00Z');
    void job.stop();
    at('2027-06-05T08:00Z');
    expect(await read()).toEqual({ missed: 0, next: undefined });
    const once = track(new Date('2027-06-01T09:00Z'), '2027-06-01T08:00Z');
    expect((await once.read()).next).toBe('2027-06-01T09:00:00.000Z');
    once.at('2027-06-01T09:00Z');
    once.tracker.onStart();
    expect(await once.read()).toEqual({ missed: 0, next: undefined });
  });
});

describe('a cron job that does not start', () => {
  it('has missed a run when the event loop was blocked while it was due', async () => {
    const { tracker, read, at } = track('0 * * * *', '2027-06-01T08:30Z');
    at('2027-06-01T09:00:04Z');
    expect((await read()).missed).toBe(0);
    at('2027-06-01T09:00:05Z');
    expect(await read()).toEqual({ missed: 1, next: '2027-06-01T10:00:00.000Z' });
    // Blocked for hours: the run of 10:00 starts late, and those of 11:00, 12:00 and 13:00 never.
    at('2027-06-01T13:20Z');
    tracker.onStart();
    expect(await read()).toEqual({ missed: 4, next: '2027-06-01T14:00:00.000Z' });
  });
});
