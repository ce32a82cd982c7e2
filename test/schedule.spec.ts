import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MonitorModule, PUBLISHER_INTERVAL } from '../src/index.js';
import { moduleOf } from './support/app.js';
import { eventually } from './support/eventually.js';
import { RecordingLogger } from './support/recording-logger.js';

/** The application's own scheduled work. */
@Injectable()
class Chores {
  crons = 0;
  intervals = 0;

  @Cron('* * * * * *', { name: 'cron' })
  cron(): void {
    this.crons++;
  }

  @Interval('interval', 20)
  interval(): void {
    this.intervals++;
  }
}

async function start(
  imports: DynamicModule[],
  log = new RecordingLogger(),
): Promise<INestApplicationContext> {
  const root = moduleOf({ imports, providers: [Chores] });
  const context = await NestFactory.createApplicationContext(root, { logger: log });
  onTestFinished(() => context.close());
  return context;
}

const monitor = (publisher = vi.fn()) => MonitorModule.forRoot({ publisher, publishInterval: 20 });

describe('the publisher in an application that schedules work of its own', () => {
  const arrangements: [string, () => DynamicModule[], { crons: boolean; intervals: boolean }][] = [
    ['before ours', () => [ScheduleModule.forRoot(), monitor()], { crons: true, intervals: true }],
    ['after ours', () => [monitor(), ScheduleModule.forRoot()], { crons: true, intervals: true }],
    [
      'before ours, without intervals',
      () => [ScheduleModule.forRoot({ intervals: false }), monitor()],
      { crons: true, intervals: false },
    ],
    [
      'after ours, without cron jobs',
      () => [monitor(), ScheduleModule.forRoot({ cronJobs: false })],
      { crons: false, intervals: true },
    ],
    [
      'async, after ours',
      () => [monitor(), ScheduleModule.forRootAsync({ useFactory: () => ({}) })],
      { crons: true, intervals: true },
    ],
  ];

  it.each(arrangements)(
    'leaves it as it is, when ScheduleModule is imported %s',
    async (_arrangement, imports, expected) => {
      const registry = (await start(imports())).get(SchedulerRegistry);
      // One of each, and not two: if a class is mounted twice, its interval throws, because the name is taken.
      expect([...registry.getCronJobs().keys()]).toEqual(expected.crons ? ['cron'] : []);
      expect(registry.getIntervals().sort()).toEqual(
        expected.intervals ? ['interval', PUBLISHER_INTERVAL] : [PUBLISHER_INTERVAL],
      );
    },
  );

  it.each(arrangements)(
    'does not have it run twice, when ScheduleModule is imported %s',
    async (_arrangement, imports, expected) => {
      vi.useFakeTimers({ now: 0 });
      onTestFinished(() => void vi.useRealTimers());
      const context = await start(imports());
      const { crons, intervals } = context.get(Chores);
      expect({ crons, intervals }).toEqual({ crons: 0, intervals: 0 });
      await vi.advanceTimersByTimeAsync(3_000);
      expect(context.get(Chores)).toMatchObject({
        crons: expected.crons ? 3 : 0,
        intervals: expected.intervals ? 150 : 0,
      });
    },
  );

  it('does not make it run at all, if the application does not import ScheduleModule', async () => {
    vi.useFakeTimers({ now: 0 });
    onTestFinished(() => void vi.useRealTimers());
    const publisher = vi.fn();
    const context = await start([monitor(publisher)]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(context.get(Chores)).toMatchObject({ crons: 0, intervals: 0 });
    expect(publisher).toHaveBeenCalledTimes(50);
    expect(() => context.get(SchedulerRegistry)).toThrow();
  });

  it('stands in its SchedulerRegistry, which can stop it', async () => {
    vi.useFakeTimers({ now: 0 });
    onTestFinished(() => void vi.useRealTimers());
    const publisher = vi.fn();
    const context = await start([ScheduleModule.forRoot(), monitor(publisher)]);
    await vi.advanceTimersByTimeAsync(100);
    expect(publisher).toHaveBeenCalledTimes(5);
    context.get(SchedulerRegistry).deleteInterval(PUBLISHER_INTERVAL);
    await vi.advanceTimersByTimeAsync(100);
    expect(publisher).toHaveBeenCalledTimes(5);
    await context.close();
    expect(publisher).toHaveBeenCalledTimes(6);
  });

  it('is gone from its SchedulerRegistry when it has closed', async () => {
    const context = await start([ScheduleModule.forRoot(), monitor()]);
    const registry = context.get(SchedulerRegistry);
    await context.close();
    expect(registry.getIntervals()).toEqual([]);
  });

  it('is not in its SchedulerRegistry if there is no publisher', async () => {
    const context = await start([ScheduleModule.forRoot(), MonitorModule.forRoot()]);
    expect(context.get(SchedulerRegistry).getIntervals()).toEqual(['interval']);
  });

  it('publishes all the same if the application has taken the name, and says so', async () => {
    @Injectable()
    class Taken {
      constructor(registry: SchedulerRegistry) {
        const timer = setInterval(() => {}, 1_000);
        registry.addInterval(PUBLISHER_INTERVAL, timer);
      }
    }
    const [log, publisher] = [new RecordingLogger(), vi.fn()];
    const context = await start(
      [ScheduleModule.forRoot(), { module: moduleOf({ providers: [Taken] }) }, monitor(publisher)],
      log,
    );
    expect(log.warnings).toEqual([expect.stringContaining(`"${PUBLISHER_INTERVAL}"`)]);
    await eventually(() => expect(publisher).toHaveBeenCalled());
    const registry = context.get(SchedulerRegistry);
    expect(registry.getIntervals()).toContain(PUBLISHER_INTERVAL);
  });
});
