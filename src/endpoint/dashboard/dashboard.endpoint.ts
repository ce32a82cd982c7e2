import type { ResolvedDashboardOptions } from './dashboard.options.js';

/** The dashboard as a part of the endpoint: see `EndpointFeature`. */
export const DASHBOARD_ENDPOINT = {
  isOn: ({ dashboard }: ResolvedDashboardOptions): boolean => dashboard,
  load: async () => {
    const [{ DashboardController }, { DashboardPage }, { ServiceName }] = await Promise.all([
      import('./dashboard.controller.js'),
      import('./dashboard.page.js'),
      import('./service-name.js'),
    ]);
    const page = { provide: DashboardPage, useFactory: () => new DashboardPage(new ServiceName()) };
    return { controllers: [DashboardController], providers: [page] };
  },
};
