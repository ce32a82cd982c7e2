import type { EndpointFeature } from './monitor-endpoint.module.js';
import { DASHBOARD_ENDPOINT } from './endpoint/dashboard/dashboard.endpoint.js';

/** The parts of the endpoint beside `MonitorController`. See {@link EndpointFeature} for how to add one. */
export const ENDPOINT_FEATURES: readonly EndpointFeature[] = [
  DASHBOARD_ENDPOINT,
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
