import { ModulesContainer } from '@nestjs/core';
import { CallContext } from '../common/call-context.js';
import { InFlight } from '../common/in-flight.js';
import { BeforeInit } from '../common/startup/before-init.js';
import { Startup } from '../common/startup/startup.js';
import { HandlerCalls } from '../instrumentation/handlers/handler-calls.js';
import { OutgoingRunner } from '../instrumentation/outgoing/outgoing.runner.js';
import { MetricsRegistry } from '../metrics/registry.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS } from '../monitor.options.js';
import { PUBLISHER_INTERVAL } from '../publishing/publisher.task.js';
import type { Wiring } from './wiring.js';

/** Created for what its factory does: nothing injects it. */
const JOBS = Symbol('JOBS');

/** What measures the work beside requests: outgoing calls, scheduled jobs, handlers of events and queues. */
export const WORK: Wiring = {
  providers: [
    {
      provide: JOBS,
      inject: [MONITOR_OPTIONS, MetricsRegistry, HandlerCalls, ModulesContainer, BeforeInit, InFlight],
      useFactory: async (
        { jobs }: ResolvedMonitorOptions,
        registry: MetricsRegistry,
        calls: HandlerCalls,
        modules: ModulesContainer,
        beforeInit: BeforeInit,
        inFlight: InFlight | undefined,
      ) => {
        if (!jobs) return;
        const { JobsInstrumentation } = await import('../instrumentation/jobs/jobs.instrumentation.js');
        const instrumentation = new JobsInstrumentation(registry, calls, [PUBLISHER_INTERVAL], inFlight);
        beforeInit.add(() => instrumentation.attach(modules));
      },
    },
    {
      provide: OutgoingRunner,
      inject: [MONITOR_OPTIONS, MetricsRegistry, CallContext, Startup],
      useFactory: (
        { outgoing }: ResolvedMonitorOptions,
        registry: MetricsRegistry,
        context: CallContext,
        startup: Startup,
      ) => OutgoingRunner.create(outgoing, registry, context, startup),
    },
  ],
  exports: [],
};
