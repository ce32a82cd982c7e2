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
];
