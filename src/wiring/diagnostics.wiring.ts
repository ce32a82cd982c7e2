import { InFlight } from '../common/in-flight.js';
import { Startup } from '../common/startup/startup.js';
import { BlockedLoopService } from '../diagnostics/blocked-loop/blocked-loop.service.js';
import { MonitorDiagnostics } from '../diagnostics/monitor-diagnostics.js';
import { ReportThreads } from '../diagnostics/report/report-threads.js';
import { EventLoopBlocks } from '../metrics/collection/event-loop-blocks.js';
import { MetricsRegistry } from '../metrics/registry.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS } from '../monitor.options.js';
import type { Wiring } from './wiring.js';

/** What the option `diagnostics` switches on. */
export const DIAGNOSTICS: Wiring = {
  providers: [
    {
      provide: InFlight,
      inject: [MONITOR_OPTIONS],
      // In-flight requests are tracked only if blocks are explained: it costs something for every request.
      useFactory: ({ diagnostics }: ResolvedMonitorOptions) =>
        diagnostics.blockThreshold === undefined ? undefined : new InFlight(),
    },
    {
      provide: MonitorDiagnostics,
      inject: [MONITOR_OPTIONS, MetricsRegistry, Startup],
      useFactory: (
        { diagnostics, captures }: ResolvedMonitorOptions,
        registry: MetricsRegistry,
        startup: Startup,
      ) => {
        const threads = diagnostics.report ? new ReportThreads() : undefined;
        const monitorDiagnostics = new MonitorDiagnostics(diagnostics, captures, registry, threads);
        startup.prepare(() => monitorDiagnostics.prepare());
        startup.start(() => monitorDiagnostics.start());
        return monitorDiagnostics;
      },
    },
    {
      provide: BlockedLoopService,
      inject: [MONITOR_OPTIONS, MetricsRegistry, EventLoopBlocks, InFlight, Startup],
      useFactory: (
        { diagnostics }: ResolvedMonitorOptions,
        registry: MetricsRegistry,
        blocks: EventLoopBlocks,
        inFlight: InFlight | undefined,
        startup: Startup,
      ) => {
        const service = new BlockedLoopService(diagnostics.blockThreshold, registry, blocks, inFlight);
        startup.start(() => service.start());
        return service;
      },
    },
  ],
  exports: [MonitorDiagnostics],
};
