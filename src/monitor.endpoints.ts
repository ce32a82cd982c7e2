import type { EndpointFeature } from './monitor-endpoint.module.js';
import type { ResolvedMonitorOptions } from './monitor.options.js';
import { MONITOR_OPTIONS } from './monitor.options.js';

/** The parts of the endpoint beside `MonitorController`. See {@link EndpointFeature} for how to add one. */
export const ENDPOINT_FEATURES: readonly EndpointFeature[] = [
  {
    isOn: ({ dashboard }) => dashboard,
    load: async () => {
      const { DashboardController } = await import('./endpoint/dashboard/dashboard.controller.js');
      const { DashboardPage } = await import('./endpoint/dashboard/dashboard.page.js');
      const { ServiceName } = await import('./endpoint/dashboard/service-name.js');
      const page = {
        provide: DashboardPage,
        inject: [MONITOR_OPTIONS],
        useFactory: ({ diagnostics }: ResolvedMonitorOptions) =>
          new DashboardPage(new ServiceName(), {
            blocks: diagnostics.blockThreshold !== undefined,
            profiles: diagnostics.profiles,
          }),
      };
      return { controllers: [DashboardController], providers: [page] };
    },
  },
  {
    isOn: ({ diagnostics }) => diagnostics.profiles || diagnostics.report || diagnostics.heapSnapshot,
    load: async () => {
      const { DiagnosticsController } = await import('./endpoint/diagnostics/diagnostics.controller.js');
      return { controllers: [DiagnosticsController] };
    },
  },
  {
    isOn: ({ history }) => history !== undefined,
    load: async () => {
      const { HistoryController } = await import('./endpoint/history/history.controller.js');
      const { HistoryReads } = await import('./endpoint/history/history-reads.js');
      const { EventStreams } = await import('./endpoint/history/event-streams.js');
      const { FindingsController } = await import('./endpoint/findings/findings.controller.js');
      return {
        controllers: [HistoryController, FindingsController],
        providers: [HistoryReads, EventStreams],
      };
    },
  },
];
