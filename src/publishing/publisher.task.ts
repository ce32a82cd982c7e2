import type { OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SafeLogger } from '../common/safe-logger.js';
import { CallContext } from '../common/call-context.js';
import { Deadline } from '../common/deadline.js';
import { FailureLog } from '../common/failure-log.js';
import { describeThrown } from '../common/show-value.js';
import { Startup } from '../common/startup/startup.js';
import { MetricsReader } from '../metrics/collection/reader.js';
import type { Publisher } from '../metrics/publisher.js';
import { isWindowPublisher, nameOf } from '../metrics/publisher.js';
import { MetricsRegistry } from '../metrics/registry.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import { METRICS_SOURCE } from '../metrics/source/metrics-source.js';
import { PublisherRunner } from './publisher.runner.js';
import { PublisherWindows } from './publisher.windows.js';
import {
  INTERVAL_NAME_TAKEN,
  LAST_PUBLISH_FAILED,
  LAST_PUBLISH_SKIPPED,
  PREVIOUS_CALL_NOT_ENDED,
  PUBLISH_TIMED_OUT,
  PUBLISHER_FAILURES,
  PUBLISHER_NOT_CLOSED,
} from './publishing.messages.js';
import type { ResolvedPublishingOptions } from './publishing.options.js';
import { PUBLISHING_OPTIONS } from './publishing.options.js';
import type { IntervalRegistry } from './scheduler-registry.js';
import { findSchedulerRegistry } from './scheduler-registry.js';

/** The name of the publisher's interval in the application's `SchedulerRegistry`. */
export const PUBLISHER_INTERVAL = 'monitor:publisher';

/** Counts calls of a publisher that threw, rejected or timed out. It appears with the first one. */
const FAILED_PUBLISHES = 'monitor_failed_publishes';

/** Counts calls that were not made because the previous one had not ended. It appears with the first one. */
const SKIPPED_PUBLISHES = 'monitor_skipped_publishes';

/**
 * Publishes the metrics: calls each publisher every `publishInterval`, and once more when the application closes. Each
 * publisher has its own runner, timeout and window, so none affects another.
 *
 * The interval is listed in the application's own `SchedulerRegistry`, if there is one. This module does not import
 * `ScheduleModule.forRoot()` itself: a second one would run each `@Cron` and `@Interval` of the application twice.
 */
@Injectable()
export class PublisherTask implements OnModuleDestroy {
  private readonly logger = new SafeLogger('MonitorPublisher');
  private readonly runners: PublisherRunner[];
  private readonly windows: PublisherWindows;
  private timer: NodeJS.Timeout | undefined;
  private stopped: Promise<unknown> | undefined;
  private scheduler: IntervalRegistry | undefined;

  constructor(
    @Inject(PUBLISHING_OPTIONS) private readonly options: ResolvedPublishingOptions,
    @Inject(METRICS_SOURCE) private readonly source: MetricsSource,
    @Inject(MetricsReader) reader: MetricsReader,
    @Inject(MetricsRegistry) private readonly registry: MetricsRegistry,
    @Inject(Startup) startup: Startup,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(CallContext) context: CallContext,
  ) {
    this.windows = new PublisherWindows(source, reader, context);
    this.runners = options.publishers.map((publisher, index) => this.runnerOf(publisher, index));
    for (const publisher of options.publishers.filter(isWindowPublisher)) {
      startup.prepare(() => publisher.beforeFirstPublish?.());
    }
    if (this.runners.length > 0) startup.start(() => this.start());
  }

  /**
   * Publishes a last time. It is this hook and not a later one, because a connection that a publisher sends through may
   * be closed in a later one. Nest calls it for an application that never started too, and again on a second `close()`.
   */
  async onModuleDestroy(): Promise<void> {
    this.stopped ??= this.stop();
    await this.stopped;
  }

  private start(): void {
    if (this.stopped !== undefined) return;
    // Without unref(), a script that has nothing left to do would never end.
    this.timer = setInterval(() => this.publish(), this.options.publishInterval).unref();
    this.scheduler = findSchedulerRegistry(this.modules);
    if (this.scheduler?.doesExist('interval', PUBLISHER_INTERVAL)) {
      this.logger.warn(INTERVAL_NAME_TAKEN(PUBLISHER_INTERVAL));
    } else {
      this.scheduler?.addInterval(PUBLISHER_INTERVAL, this.timer);
    }
  }

  private publish(): void {
    const pushes = this.source.pushes?.() ?? true;
    if (pushes === true) this.publishNow();
    else if (pushes !== false)
      void pushes.then(
        (itsTurn) => itsTurn && this.publishNow(),
        () => {},
      );
  }

  private publishNow(): void {
    for (const runner of this.runners) runner.publish(this.options.publishTimeout);
  }

  private async stop(): Promise<void> {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.leaveScheduler(this.timer);
    // In a group, only the process that pushes does this: the last one to close publishes the numbers of those that closed before.
    if ((await this.source.pushes?.()) ?? true) {
      await Promise.all(this.runners.map((runner) => runner.finish(this.options.publishTimeout)));
    }
    await Promise.all(this.options.publishers.map((publisher, index) => this.release(publisher, index)));
  }

  /** Calls `afterLastPublish()`, if the publisher has it. */
  private async release(publisher: Publisher, index: number): Promise<void> {
    const { publishTimeout } = this.options;
    const deadline = new Deadline(publishTimeout, () => timedOut(publishTimeout));
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
    // The application may have emptied its registry, or added another interval under this name.
    const isOurs =
      this.scheduler?.doesExist('interval', PUBLISHER_INTERVAL) &&
      this.scheduler.getInterval(PUBLISHER_INTERVAL) === timer;
    if (isOurs) this.scheduler?.deleteInterval(PUBLISHER_INTERVAL);
  }

  private runnerOf(publisher: Publisher, index: number): PublisherRunner {
    const { logger, registry } = this;
    const name = nameOf(publisher, index);
    const failures = new FailureLog(PUBLISHER_FAILURES(name), {
      failure: (text, stack) => logger.error(text, stack),
      recovery: (text) => logger.log(text),
    });
    return new PublisherRunner({
      prepare: () => this.windows.open(publisher, `publisher:${index + 1}`),
      timedOut,
      onSuccess: () => failures.succeeded(),
      onFailure: (thrown, { isLast }) => {
        registry.ownCounter(FAILED_PUBLISHES).inc();
        if (!isLast) return failures.failed(thrown);
        const { message, stack } = describeThrown(thrown);
        logger.error(LAST_PUBLISH_FAILED(name, message), stack);
      },
      onSkip: ({ isLast, hasTimedOut }) => {
        registry.ownCounter(SKIPPED_PUBLISHES).inc();
        if (isLast) logger.error(LAST_PUBLISH_SKIPPED(name));
        else if (hasTimedOut) failures.failedFor(PREVIOUS_CALL_NOT_ENDED);
      },
    });
  }
}

function timedOut(ms: number): Error {
  return new Error(PUBLISH_TIMED_OUT(Math.round(ms)));
}
