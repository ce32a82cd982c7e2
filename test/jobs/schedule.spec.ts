import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { Injectable, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MonitorModule, MonitorService, PUBLISHER_INTERVAL } from '../../src/index.js';
import { moduleOf } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { present } from '../support/present.js';

async function start(metadata: ModuleMetadata): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(moduleOf(metadata), { logger: false });
  onTestFinished(() => app.close());
  return app;
}

/** Seconds. The clock of Node's timers goes on while the others are faked, and a test takes some time on a busy machine. */
const SLACK = 20;

let readers = 0;

/** The numbers of one job. */
async function jobOf(app: INestApplicationContext, job: string) {
  const { counters, gauges, histograms } = await app.get(MonitorService).metrics(`job-${++readers}`);
  const label = `{job="${job}"}`;
  return {
    ok: counters[`job_runs{job="${job}",outcome="ok"}`],
    error: counters[`job_runs{job="${job}",outcome="error"}`],
    durations: histograms[`job_duration${label}`]?.count,
    running: gauges[`job_running${label}`],
    overlaps: counters[`job_overlaps${label}`],
    missed: counters[`job_missed_runs${label}`],
    lastSuccess: gauges[`job_last_success${label}`],
    nextRun: gauges[`job_next_run${label}`],
  };
}

@Injectable()
class Jobs {
  readonly calls = { cron: 0, named: 0, interval: 0, timeout: 0 };
  private readonly secret = 'this';

  @Cron('* * * * * *') everySecond(): void {
    this.calls.cron++;
    if (this.secret !== 'this') throw new Error('the method has lost its object');
  }

  @Cron('* * * * * *', { name: 'nightly report' }) async report(): Promise<void> {
    this.calls.named++;
    await Promise.resolve();
    throw new Error('no paper');
  }

  @Interval(20) async sync(): Promise<void> {
    this.calls.interval++;
    await Promise.resolve();
    if (this.calls.interval === 2) throw new Error('on purpose');
  }

  @Timeout(1) warmUp(): void {
    this.calls.timeout++;
    throw new Error('cold');
  }
}

const MONITOR = () => MonitorModule.forRoot();
const SCHEDULE = () => ScheduleModule.forRoot();

describe.each([
  ['before', () => [MONITOR(), SCHEDULE()]],
  ['after', () => [SCHEDULE(), MONITOR()]],
])('with the monitor imported %s the scheduler', (_order, imports) => {
  it('runs of decorated methods are counted with their outcome, and nothing runs twice', async () => {
    const app = await start({ imports: imports(), providers: [Jobs] });
    const { calls } = app.get(Jobs);
    await eventually(() => {
      expect(calls.cron).toBeGreaterThan(0);
      expect(calls.named).toBeGreaterThan(0);
      expect(calls.interval).toBeGreaterThan(3);
    });
    await eventually(async () => {
      const began = calls.interval;
      const sync = await jobOf(app, 'Jobs.sync');
      expect(calls.interval).toBe(began);
      expect(sync).toMatchObject({
        error: 1,
        ok: began - 1,
        durations: began,
        running: 0,
        overlaps: 0,
        missed: 0,
      });
    });
    const cron = await jobOf(app, 'Jobs.everySecond');
    expect(cron).toMatchObject({ ok: calls.cron, error: 0, running: 0, missed: 0 });
    expect(await jobOf(app, 'nightly report')).toMatchObject({
      ok: 0,
      error: calls.named,
      lastSuccess: undefined,
    });
    expect(await jobOf(app, 'Jobs.warmUp')).toMatchObject({ ok: 0, error: 1, nextRun: undefined });
    expect(calls.timeout).toBe(1);
  });

  it('the last success and the next run are known', async () => {
    const app = await start({ imports: imports(), providers: [Jobs] });
    const begin = Date.now() / 1000;
    // The next run is known before the first run too.
    const [, cron] = present([...app.get(SchedulerRegistry).getCronJobs()][0]);
    const { nextRun } = await jobOf(app, 'Jobs.everySecond');
    expect(Math.abs(present(nextRun) - cron.nextDate().toSeconds())).toBeLessThanOrEqual(1);
    await eventually(async () => expect((await jobOf(app, 'Jobs.sync')).ok).toBeGreaterThan(2));
    const sync = await jobOf(app, 'Jobs.sync');
    const end = Date.now() / 1000;
    expect(sync.lastSuccess).toBeGreaterThanOrEqual(begin);
    expect(sync.lastSuccess).toBeLessThanOrEqual(end);
    expect(sync.nextRun).toBeGreaterThan(begin);
    expect(sync.nextRun).toBeLessThanOrEqual(end + 0.02);
  });
});

describe('jobs of the SchedulerRegistry', () => {
  it('are measured by their name, whether they throw, reject or succeed', async () => {
    const app = await start({ imports: [SCHEDULE(), MONITOR()] });
    const registry = app.get(SchedulerRegistry);
    const calls = { sync: 0, async: 0, interval: 0, timeout: 0 };
    const { error: consoleError } = console;
    onTestFinished(() => void (console.error = consoleError));
    // `cron` writes what a callback throws to the console.
    console.error = () => {};
    const sync = CronJob.from({
      cronTime: '* * * * * *',
      onTick: () => {
        calls.sync++;
        throw new Error('sync');
      },
    });
    const async = CronJob.from({ cronTime: '* * * * * *', onTick: () => void calls.async++ });
    async.addCallback(() => sleep(1));
    registry.addCronJob('throws', sync);
    registry.addCronJob('works', async);
    // A callback that is added later belongs to the same run.
    async.addCallback(() => Promise.reject(new Error('async')));
    registry.addInterval(
      'interval',
      setInterval(() => void calls.interval++, 10),
    );
    registry.addTimeout(
      'timeout',
      setTimeout(() => void calls.timeout++, 10),
    );
    expect(await jobOf(app, 'works')).toMatchObject({ ok: 0, error: 0, nextRun: undefined });
    registry.addTimeout(
      'later',
      setTimeout(() => {}, 60_000),
    );
    expect((await jobOf(app, 'later')).nextRun).toBeGreaterThan(Date.now() / 1000);
    sync.start();
    async.start();
    expect((await jobOf(app, 'works')).nextRun).toBeGreaterThan(0);
    await eventually(() => {
      expect(calls.sync + calls.async).toBeGreaterThanOrEqual(2);
      expect(calls.interval).toBeGreaterThan(1);
    });
    await eventually(async () => {
      expect(await jobOf(app, 'throws')).toMatchObject({ ok: 0, error: calls.sync, durations: calls.sync });
      expect(await jobOf(app, 'works')).toMatchObject({ ok: 0, error: calls.async, running: 0 });
    });
    const { ok } = await jobOf(app, 'interval');
    expect(ok).toBeLessThanOrEqual(calls.interval);
    expect(ok).toBeGreaterThan(0);
    expect(await jobOf(app, 'timeout')).toMatchObject({ ok: 1, nextRun: undefined });

    // A job that is deleted is not due; another one may take its name.
    registry.deleteInterval('interval');
    registry.deleteCronJob('works');
    for (const job of ['interval', 'works']) expect((await jobOf(app, job)).nextRun).toBeUndefined();
    registry.addTimeout(
      'interval',
      setTimeout(() => {}, 60_000),
    );
    expect((await jobOf(app, 'interval')).nextRun).toBeGreaterThan(Date.now() / 1000 + 50);
  });

  it('are measured if a constructor has added them, and if a decorated job had that name before', async () => {
    @Injectable()
    class Early {
      calls = 0;

      constructor(private readonly registry: SchedulerRegistry) {
        registry.addInterval(
          'early',
          setInterval(() => void this.calls++, 10),
        );
        registry.addTimeout(
          'early timeout',
          setTimeout(() => {}, 1),
        );
        const job = CronJob.from({ cronTime: '* * * * * *', onTick: () => {} });
        registry.addCronJob('early cron', job);
        job.start();
      }

      replace(): void {
        this.registry.deleteInterval('decorated');
        this.registry.addInterval(
          'decorated',
          setInterval(() => {}, 10),
        );
      }

      @Interval('decorated', 60_000) never(): void {}
    }
    const app = await start({ imports: [SCHEDULE(), MONITOR()], providers: [Early] });
    for (const job of ['early', 'early timeout', 'early cron'])
      await eventually(async () => expect((await jobOf(app, job)).ok).toBeGreaterThan(0));
    app.get(Early).replace();
    await eventually(async () => expect((await jobOf(app, 'decorated')).ok).toBeGreaterThan(1));
  });

  it('share one series beyond the first 200', async () => {
    const app = await start({ imports: [SCHEDULE(), MONITOR()] });
    const registry = app.get(SchedulerRegistry);
    for (let n = 0; n < 230; n++)
      registry.addTimeout(
        `order-${n}`,
        setTimeout(() => {}, 1),
      );
    await eventually(async () => {
      const { counters } = await app.get(MonitorService).metrics(`job-${++readers}`);
      expect(counters['job_runs{overflow="true"}']).toBe(30);
      expect(Object.keys(counters).filter((name) => name.startsWith('job_runs{job='))).toHaveLength(400);
    });
  });

  it('are counted once when they are added again, under the same name or another one', async () => {
    const app = await start({ imports: [SCHEDULE(), MONITOR()] });
    const registry = app.get(SchedulerRegistry);
    const job = CronJob.from({ cronTime: '0 0 1 1 *', onTick: () => {} });
    const run = async (name: string) => {
      registry.addCronJob(name, job);
      job.start();
      await job.fireOnTick();
      expect((await jobOf(app, name)).nextRun).toBeGreaterThan(Date.now() / 1000);
      registry.deleteCronJob(name);
    };
    await run('report');
    await run('report');
    await run('yearly report');
    expect(await jobOf(app, 'report')).toMatchObject({
      ok: 2,
      durations: 2,
      overlaps: 0,
      nextRun: undefined,
    });
    expect(await jobOf(app, 'yearly report')).toMatchObject({ ok: 1, durations: 1, overlaps: 0 });
  });

  it('are due when they have the name of a job of another kind that was deleted', async () => {
    const app = await start({ imports: [SCHEDULE(), MONITOR()] });
    const registry = app.get(SchedulerRegistry);
    const hour = 3_600_000;
    registry.addInterval(
      'sync',
      setInterval(() => {}, hour),
    );
    const isDue = async () =>
      expect((await jobOf(app, 'sync')).nextRun).toBeGreaterThan(Date.now() / 1000 + 3500);
    await isDue();
    registry.deleteInterval('sync');
    registry.addTimeout(
      'sync',
      setTimeout(() => {}, hour),
    );
    await isDue();
    await isDue();
  });

  it('do not run a query of an interval that nobody awaits', async () => {
    const app = await start({ imports: [SCHEDULE(), MONITOR()] });
    let queries = 0;
    // oxlint-disable-next-line unicorn/no-thenable -- It is what this test is about.
    const query = { then: () => void queries++ };
    const returnQuery = () => query;
    app.get(SchedulerRegistry).addInterval('cleans up', setInterval(returnQuery as () => void, 1));
    await eventually(async () => expect((await jobOf(app, 'cleans up')).ok).toBeGreaterThan(2));
    expect(queries).toBe(0);
  });

  it('reject as they would without the monitor', async () => {
    const app = await start({ imports: [SCHEDULE(), MONITOR()] });
    const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
    const fail = () => Promise.reject(new Error('nobody catches it'));
    app.get(SchedulerRegistry).addTimeout('rejects', setTimeout(fail as () => void, 1));
    expect(await unhandled).toMatchObject({ message: 'nobody catches it' });
    expect(await jobOf(app, 'rejects')).toMatchObject({ ok: 0, error: 1 });
  });
});

it('counts a start while another run has not ended, and a run that is skipped for it', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));

  @Injectable()
  class Slow {
    @Interval('overlapping', 10) overlap(): Promise<void> {
      return released;
    }

    @Cron('* * * * * *', { name: 'waiting', waitForCompletion: true }) wait(): Promise<void> {
      return released;
    }
  }
  const app = await start({ imports: [SCHEDULE(), MONITOR()], providers: [Slow] });
  const dynamic = CronJob.from({
    cronTime: '* * * * * *',
    waitForCompletion: true,
    onTick: () => released,
  });
  app.get(SchedulerRegistry).addCronJob('dynamic', dynamic);
  dynamic.start();
  await eventually(async () => {
    const { overlaps, running } = await jobOf(app, 'overlapping');
    expect(overlaps).toBeGreaterThan(1);
    expect(running).toBe(present(overlaps) + 1);
    for (const job of ['waiting', 'dynamic']) {
      expect(await jobOf(app, job)).toMatchObject({ running: 1, overlaps: 0, ok: 0 });
      expect((await jobOf(app, job)).missed).toBeGreaterThan(0);
    }
  });
  release();
  for (const job of ['waiting', 'dynamic'])
    await eventually(async () => {
      const { ok, running } = await jobOf(app, job);
      expect(running).toBe(0);
      expect(ok).toBeGreaterThan(0);
    });
});

it('counts each run that was due and did not start, as when the event loop was blocked for hours', async () => {
  // Only the clocks are faked: what is due an hour from now does not start.
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.parse('2027-06-01T08:30Z') });
  onTestFinished(() => void vi.useRealTimers());
  const hour = 3_600_000;

  @Injectable()
  class Hourly {
    @Cron('0 0 * * * *', { name: 'cron' }) cron(): void {}
    @Interval('interval', hour) interval(): void {}
    @Timeout('timeout', hour) timeout(): void {}
  }
  const app = await start({ imports: [SCHEDULE(), MONITOR()], providers: [Hourly] });
  const registry = app.get(SchedulerRegistry);
  const addHourly = (name: string) => {
    const job = CronJob.from({ cronTime: '0 0 * * * *', onTick: () => {} });
    job.start();
    registry.addCronJob(name, job);
  };
  addHourly('dynamic cron');
  registry.addInterval(
    'dynamic interval',
    setInterval(() => {}, hour),
  );
  registry.addTimeout(
    'dynamic timeout',
    setTimeout(() => {}, hour),
  );
  // Deleted jobs do not count towards the limit of tracked jobs.
  for (let n = 0; n < 1100; n++) {
    registry.addCronJob(`order ${n}`, CronJob.from({ cronTime: '0 0 * * * *', onTick: () => {} }));
    registry.deleteCronJob(`order ${n}`);
  }
  registry.deleteCronJob('dynamic cron');
  addHourly('dynamic cron');
  const names = [...registry.getCronJobs().keys(), ...registry.getIntervals(), ...registry.getTimeouts()];
  const missed = async () => {
    const jobs = await Promise.all(
      names.map(async (name) => [name, (await jobOf(app, name)).missed] as const),
    );
    return Object.fromEntries(jobs);
  };
  expect(names).toHaveLength(6);
  const passUntil = (time: string) => void vi.advanceTimersByTime(Date.parse(time) - Date.now());
  passUntil('2027-06-01T09:00:04Z');
  expect(Object.values(await missed())).toEqual([0, 0, 0, 0, 0, 0]);
  passUntil('2027-06-01T10:30:10Z');
  const expected = {
    cron: 2,
    interval: 2,
    timeout: 1,
    'dynamic cron': 2,
    'dynamic interval': 2,
    'dynamic timeout': 1,
  };
  expect(await missed()).toEqual(expected);
  expect(await missed()).toEqual(expected);
});

it('setting the clock of the machine makes no run of an interval or a timeout missed, and a block is seen after that', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.parse('2027-06-01T08:30Z') });
  onTestFinished(() => void vi.useRealTimers());
  const hour = 3_600_000;

  @Injectable()
  class Hourly {
    @Interval('interval', hour) interval(): void {}
    @Timeout('timeout', hour) timeout(): void {}
  }
  const app = await start({ imports: [SCHEDULE(), MONITOR()], providers: [Hourly] });
  for (const now of ['2027-06-01T20:00Z', '2027-05-31T20:00Z']) {
    vi.setSystemTime(Date.parse(now));
    for (const job of ['interval', 'timeout']) {
      const { missed, nextRun } = await jobOf(app, job);
      expect(missed).toBe(0);
      expect(Math.abs(present(nextRun) - (Date.parse(now) + hour) / 1000)).toBeLessThan(SLACK);
    }
  }
  vi.advanceTimersByTime(2 * hour + 10_000);
  expect((await jobOf(app, 'interval')).missed).toBe(2);
  expect((await jobOf(app, 'timeout')).missed).toBe(1);
});

it('a timeout or an interval that is refreshed before it is due has no missed runs', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.parse('2027-06-01T08:30Z') });
  onTestFinished(() => void vi.useRealTimers());
  const [minute, jobs] = [60_000, ['watchdog', 'poll']];
  const app = await start({ imports: [SCHEDULE(), MONITOR()] });
  const registry = app.get(SchedulerRegistry);
  const timers = [setTimeout(() => {}, minute), setInterval(() => {}, minute)] as const;
  registry.addTimeout('watchdog', timers[0]);
  registry.addInterval('poll', timers[1]);
  let passed = 0;
  const refreshAfter = (ms: number) => {
    vi.advanceTimersByTime(ms);
    passed += ms;
    for (const timer of timers as unknown as { refresh(): void; _idleStart: number }[]) {
      timer.refresh();
      // The clock of Node's timers cannot be faked.
      timer._idleStart += passed;
    }
  };
  const expectMissed = async (missed: number) => {
    const due = (Date.now() + minute) / 1000;
    for (const job of jobs) {
      const { nextRun, ...rest } = await jobOf(app, job);
      expect(rest).toMatchObject({ missed, ok: 0, error: 0 });
      if (missed === 0) expect(Math.abs(present(nextRun) - due)).toBeLessThan(SLACK);
    }
  };
  for (let n = 0; n < 5; n++) {
    refreshAfter(50_000);
    await expectMissed(0);
  }
  // Without a read in between, too.
  for (let n = 0; n < 5; n++) refreshAfter(50_000);
  await expectMissed(0);
  vi.advanceTimersByTime(minute + 30_000);
  await expectMissed(1);
});

it('a timeout that is started again when it has run is due again', async () => {
  const app = await start({ imports: [SCHEDULE(), MONITOR()] });
  const timer = setTimeout(() => {}, 1);
  app.get(SchedulerRegistry).addTimeout('again', timer);
  await eventually(async () =>
    expect(await jobOf(app, 'again')).toMatchObject({ ok: 1, nextRun: undefined }),
  );
  // Not in a millisecond, so that it has not run when its number is read.
  Object.assign(timer, { _idleTimeout: 60_000 });
  timer.refresh();
  expect((await jobOf(app, 'again')).nextRun).toBeGreaterThan(Date.now() / 1000 + 50);
});

it('the methods stay as they are: a direct call is no run, and their class is not changed', async () => {
  const before = Object.getOwnPropertyDescriptors(Jobs.prototype);
  const app = await start({ imports: [SCHEDULE(), MONITOR()], providers: [Jobs] });
  const jobs = app.get(Jobs);
  expect(Object.getOwnPropertyDescriptors(Jobs.prototype)).toEqual(before);
  expect(Object.hasOwn(jobs, 'sync')).toBe(false);
  expect(() => jobs.warmUp()).toThrow('cold');
  await eventually(async () => expect((await jobOf(app, 'Jobs.warmUp')).error).toBe(1));
});

it('what the scheduler warns of and ignores is ignored, and so is the publisher of the monitor', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {
    @Interval(1) never(): void {}
  }
  let published = 0;
  const publisher = () => void published++;
  const app = await start({
    imports: [SCHEDULE(), MonitorModule.forRoot({ publisher, publishInterval: 5 })],
    providers: [PerRequest],
  });
  expect(app.get(SchedulerRegistry).getIntervals()).toEqual([PUBLISHER_INTERVAL]);
  await eventually(() => expect(published).toBeGreaterThan(2));
  const { counters } = await app.get(MonitorService).metrics();
  expect(Object.keys(counters).filter((name) => name.startsWith('job_'))).toEqual([]);
});

it('jobs: false measures none, and they run', async () => {
  const app = await start({
    imports: [SCHEDULE(), MonitorModule.forRoot({ jobs: false })],
    providers: [Jobs],
  });
  await eventually(() => expect(app.get(Jobs).calls.interval).toBeGreaterThan(2));
  expect(await jobOf(app, 'Jobs.sync')).toEqual(
    Object.fromEntries(Object.keys(await jobOf(app, 'none')).map((key) => [key, undefined])),
  );
});
