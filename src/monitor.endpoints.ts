import { ProcessesHandle } from './processes/processes.handle.js';
import type { EndpointFeature } from './monitor-endpoint.module.js';
import type { ResolvedMonitorOptions } from './monitor.options.js';
import { MONITOR_OPTIONS } from './monitor.options.js';

/**
 * The parts of the endpoint besides `MonitorController`. See {@link EndpointFeature} for how to add one.
 *
 * Each calls all its `import()` at once, when Nest reads the imports of the module. Jest rejects an `import()` that is called
 * after a test file has been loaded and before its first test begins.
 */
export const ENDPOINT_FEATURES: readonly EndpointFeature[] = [
  {
    isOn: ({ dashboard }) => dashboard,
    load: async () => {
      const [{ DashboardController }, { DashboardPage }, { ServiceName }] = await Promise.all([
        import('./endpoint/dashboard/dashboard.controller.js'),
        import('./endpoint/dashboard/dashboard.page.js'),
        import('./endpoint/dashboard/service-name.js'),
      ]);
      const page = {
        provide: DashboardPage,
        inject: [MONITOR_OPTIONS, ProcessesHandle],
        useFactory: ({ diagnostics }: ResolvedMonitorOptions, processes: ProcessesHandle) =>
          new DashboardPage(new ServiceName(), {
            blocks: diagnostics.blockThreshold !== undefined,
            profiles: diagnostics.profiles,
            // The group is joined later.
            get processes() {
              return processes.current !== undefined;
            },
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
      const [{ HistoryController }, { HistoryReads }, { EventStreams }, { FindingsController }] =
        await Promise.all([
          import('./endpoint/history/history.controller.js'),
          import('./endpoint/history/history-reads.js'),
          import('./endpoint/history/event-streams.js'),
          import('./endpoint/findings/findings.controller.js'),
        ]);
      return {
        controllers: [HistoryController, FindingsController],
        providers: [HistoryReads, EventStreams],
      };
    },
  },
];
