import type { ModulesContainer } from '@nestjs/core';
import type { Clock } from '../../common/clock.js';
import { monotonicClock } from '../../common/clock.js';
import type { InFlight } from '../../common/in-flight.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { HandlerCalls } from '../handlers/handler-calls.js';
import { attachToBullmq } from './bullmq.integration.js';
import { attachToEvents } from './event.integration.js';
import type { JobRun } from './job-metrics.js';
import { Jobs } from './jobs.js';
import { ScheduleIntegration } from './schedule.integration.js';

/** Measures work that does not belong to a request: scheduled jobs, and handlers of events and of queues. */
export class JobsInstrumentation {
  private readonly schedule: ScheduleIntegration;

  /** @param ignored names in the `SchedulerRegistry` that are not jobs of the application. */
  constructor(
    registry: MetricsRegistry,
    private readonly calls: HandlerCalls,
    ignored: readonly string[],
    inFlight?: InFlight,
    clock: Clock = monotonicClock,
  ) {
    const runs = inFlight?.source(({ job }: JobRun) => ({ kind: 'job', name: job }));
    this.schedule = new ScheduleIntegration(new Jobs({ registry, clock, inFlight: runs }), new Set(ignored));
    registry.beforeRead({ flush: () => this.schedule.update() });
  }

  /** Must be called when all providers have been created, before any of their `onModuleInit()` hooks. */
  attach(modules: ModulesContainer): void {
    this.schedule.attach(modules);
    attachToEvents(modules, this.calls);
    attachToBullmq(modules, this.calls);
  }
}
