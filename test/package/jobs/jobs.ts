/**
 * An application that works without requests: scheduled jobs, events and a queue, each of which succeeds and fails.
 *
 *   node jobs.js PREFIX [PORT OF REDIS]
 *
 * The prefix is that of the keys in Redis.
 *
 * When everything has run, it prints what the monitor has counted in one line of JSON, and ends.
 */
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BullModule, getQueueToken, Processor, WorkerHost } from '@nestjs/bullmq';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import type { Job, Queue } from 'bullmq';
import { CronJob } from 'cron';
import { setTimeout as sleep } from 'node:timers/promises';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

const [prefix, redis] = process.argv.slice(2);
const EVERY_SECOND = '* * * * * *';

/** What `cron` warns of where the process was not running at the time of a job: on a busy machine. */
const MISSED =
  /^\[Cron\] Missed execution deadline by \d+ms for job( "[^"]+")? with cron expression '[^']+'\. (Executing immediately|Skipping execution as it exceeds threshold \(\d+ms\))\.$/;

@Injectable()
class Reports {
  private runs = 0;

  @Cron(EVERY_SECOND) daily(): void {}

  @Cron(EVERY_SECOND, { name: 'nightly' }) async nightly(): Promise<void> {
    await Promise.resolve();
    throw new Error('no paper');
  }

  @Interval(20) async sync(): Promise<void> {
    await Promise.resolve();
    if (this.runs++ % 2 === 0) throw new Error('every second time');
  }

  @Timeout('warm up', 1) warmUp(): void {}

  @Timeout('cold start', 1) coldStart(): void {
    throw new Error('cold');
  }

  @OnEvent('order.placed') onPlaced(): void {}

  @OnEvent('order.placed') onPlacedBadly(): Promise<void> {
    return Promise.reject(new Error('no such order'));
  }
}

@Processor('emails')
class EmailProcessor extends WorkerHost {
  override process(job: Job): Promise<string> {
    return job.name === 'fails' ? Promise.reject(new Error('no such address')) : Promise.resolve('sent');
  }
}

const connection = { host: '127.0.0.1', port: Number(redis) };
const queues =
  redis === undefined
    ? []
    : [BullModule.forRoot({ connection, prefix }), BullModule.registerQueue({ name: 'emails' })];

@Module({
  imports: [MonitorModule.forRoot(), ScheduleModule.forRoot(), EventEmitterModule.forRoot(), ...queues],
  providers: [Reports, ...(redis === undefined ? [] : [EmailProcessor])],
})
class AppModule {}

/** What was counted, without the numbers: how often something runs depends on how fast the machine is. */
async function counted(monitor: MonitorService): Promise<string[]> {
  const { counters, gauges } = await monitor.metrics();
  const isOfJobs = (name: string): boolean => /^(job_runs|handler_calls)\{/.test(name);
  const ran = Object.entries(counters).filter(([name, count]) => isOfJobs(name) && count > 0);
  const due = Object.entries(gauges).filter(
    ([name, time]) => name.startsWith('job_next_run{') && time * 1000 > Date.now() - 60_000,
  );
  return [...ran, ...due].map(([name]) => name).sort();
}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const scheduler = app.get(SchedulerRegistry);
  const works = CronJob.from({ cronTime: EVERY_SECOND, onTick: () => {} });
  const fails = CronJob.from({ cronTime: EVERY_SECOND, onTick: () => Promise.reject(new Error('mine')) });
  scheduler.addCronJob('dynamic cron', works);
  scheduler.addCronJob('dynamic cron that fails', fails);
  // `cron` writes to the console what a callback throws.
  console.error = () => {};
  const { warn } = console;
  console.warn = (...args: unknown[]) => {
    if (!(args.length === 1 && MISSED.test(String(args[0])))) warn.apply(console, args);
  };
  works.start();
  fails.start();
  scheduler.addInterval(
    'dynamic interval',
    setInterval(() => {}, 20),
  );
  scheduler.addTimeout(
    'dynamic timeout',
    setTimeout(() => {}, 1),
  );
  app.get(EventEmitter2).emit('order.placed');
  if (redis !== undefined) {
    const queue = app.get<Queue>(getQueueToken('emails'));
    await queue.add('works', {});
    await queue.add('fails', {});
  }
  // What runs least often runs once a second. A machine that is busy takes longer.
  const expected = redis === undefined ? 18 : 20;
  const monitor = app.get(MonitorService);
  const end = Date.now() + 40_000;
  while ((await counted(monitor)).length < expected && Date.now() < end) await sleep(50);
  const names = await counted(monitor);
  await app.close();
  process.stdout.write(`${JSON.stringify(names)}\n`);
}

void main();
