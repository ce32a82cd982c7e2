import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { MetricsReader } from '../metrics/collection/reader.js';
import { MetricsRegistry } from '../metrics/registry.js';
import { describeThrown } from '../common/show-value.js';
import {
  INTERVAL_NAME_TAKEN,
  PUBLISH_FAILED,
  PUBLISH_TIMED_OUT,
  PUBLISHER_NOT_CLOSED,
} from './publishing.messages.js';
import { MONITOR_OPTIONS } from '../monitor.options.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { Deadline } from '../common/deadline.js';
import type { Publisher } from './publisher.js';
import { nameOf } from './publisher.js';
import { PublisherRunner } from './publisher.runner.js';

/** The name of the publisher's interval in the application's `SchedulerRegistry`. */
export const PUBLISHER_INTERVAL = 'monitor:publisher';

/** Calls of a publisher that threw, rejected or took too long; the counter appears with the first one. */
export const FAILED_PUBLISHES = 'monitor_failed_publishes';

/** Calls that were left out, because the one before was still under way; appears with the first one. */
export const SKIPPED_PUBLISHES = 'monitor_skipped_publishes';

/**
 * Hands the metrics to every publisher: each `publishInterval`, and once more when the application closes.
 * Publishers do not notice each other. Each has a lane, a timeout and a window of its own.
 *
 * The interval stands in the application's own `SchedulerRegistry`, if it has one. It is never brought along: a
 * second `ScheduleModule.forRoot()` would run each `@Cron` and `@Interval` of the application twice.
 */
@Injectable()
export class PublisherTask implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('MonitorPublisher');
  private readonly lanes: PublisherRunner[];
  private timer: NodeJS.Timeout | undefined;
  private stopped: Promise<unknown> | undefined;

  constructor(
    @Inject(MONITOR_OPTIONS) private readonly options: ResolvedMonitorOptions,
    @Inject(MetricsReader) private readonly reader: MetricsReader,
    @Inject(MetricsRegistry) private readonly registry: MetricsRegistry,
    @Optional() @Inject(SchedulerRegistry) private readonly scheduler = new SchedulerRegistry(),
  ) {
    for (const name of [FAILED_PUBLISHES, SKIPPED_PUBLISHES]) registry.reserveCounter(name);
    this.lanes = options.publishers.map((publisher, index) => this.laneOf(publisher, index));
  }

  onApplicationBootstrap(): void {
    if (this.lanes.length === 0 || this.stopped !== undefined) return;
    // Without unref(), a script that has nothing left to do would never end.
    this.timer = setInterval(() => this.publish(), this.options.publishInterval).unref();
    if (this.scheduler.doesExist('interval', PUBLISHER_INTERVAL)) {
      this.logger.warn(INTERVAL_NAME_TAKEN(PUBLISHER_INTERVAL));
    } else {
      this.scheduler.addInterval(PUBLISHER_INTERVAL, this.timer);
    }
  }

  /**
   * Here, and not in a later hook, because whatever a publisher sends through may be closed in a later hook. Nest
   * calls this for an application that never started, and again for one that is closed again.
   */
  async onModuleDestroy(): Promise<void> {
    this.stopped ??= this.stop();
    await this.stopped;
  }

  private publish(): void {
    for (const lane of this.lanes) lane.publish(this.options.publishTimeout);
  }

  private async stop(): Promise<void> {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.leaveScheduler(this.timer);
    await Promise.all(this.lanes.map((lane) => lane.finish(this.options.publishTimeout)));
    await Promise.all(this.options.publishers.map((publisher, index) => this.release(publisher, index)));
  }

  /** Tells a publisher that it has been called for the last time. */
  private async release(publisher: Publisher, index: number): Promise<void> {
    const { publishTimeout } = this.options;
    const deadline = new Deadline(
      publishTimeout,
      () => new Error(PUBLISH_TIMED_OUT(Math.round(publishTimeout))),
    );
    deadline.hold();
    try {
      if (typeof publisher === 'function') return;
      await Promise.race([publisher.afterLastPublish?.(), deadline.passed]);
    } catch (thrown) {
      const { message, stack } = describeThrown(thrown);
      this.logger.error(PUBLISHER_NOT_CLOSED(nameOf(publisher, index), message), stack);
    } finally {
      deadline.callOff();
    }
  }

  private leaveScheduler(timer: NodeJS.Timeout): void {
    // The application may have emptied its registry, or put something else there under our name.
    const isOurs =
      this.scheduler.doesExist('interval', PUBLISHER_INTERVAL) &&
      this.scheduler.getInterval(PUBLISHER_INTERVAL) === timer;
    if (isOurs) this.scheduler.deleteInterval(PUBLISHER_INTERVAL);
  }

  private laneOf(publisher: Publisher, index: number): PublisherRunner {
    const name = nameOf(publisher, index);
    return new PublisherRunner({
      publish: (metrics, context) =>
        typeof publisher === 'function' ? publisher(metrics, context) : publisher.publish(metrics, context),
      read: () => this.reader.read(`publisher:${index + 1}`, true),
      timedOut: (ms) => new Error(PUBLISH_TIMED_OUT(Math.round(ms))),
      onSkip: () => this.registry.ownCounter(SKIPPED_PUBLISHES).inc(),
      onFailure: (thrown) => {
        this.registry.ownCounter(FAILED_PUBLISHES).inc();
        const { message, stack } = describeThrown(thrown);
        this.logger.error(PUBLISH_FAILED(name, message), stack);
      },
    });
  }
}
