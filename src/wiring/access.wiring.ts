import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { ApplicationGuardHint } from '../access/application-guard.hint.js';
import type { ExposedParts } from '../access/exposure-warning.js';
import { ExposureWarning } from '../access/exposure-warning.js';
import { MonitorAccess } from '../access/monitor-access.js';
import { LocalityResolver } from '../common/http/locality.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS, servedAt } from '../monitor.options.js';
import type { Wiring } from './wiring.js';

/** What decides who may read the endpoint. */
export const ACCESS: Wiring = {
  providers: [
    {
      provide: MonitorAccess,
      inject: [MONITOR_OPTIONS, LocalityResolver],
      useFactory: ({ access }: ResolvedMonitorOptions, localities: LocalityResolver) =>
        new MonitorAccess(access, localities),
    },
    {
      provide: ApplicationGuardHint,
      inject: [MONITOR_OPTIONS, MonitorAccess, ApplicationConfig],
      useFactory: (options: ResolvedMonitorOptions, access: MonitorAccess, config: ApplicationConfig) =>
        servedAt(options) === 'application'
          ? new ApplicationGuardHint(options.path, access, config)
          : undefined,
    },
    {
      provide: ExposureWarning,
      inject: [MONITOR_OPTIONS, HttpAdapterHost, LocalityResolver],
      useFactory: (options: ResolvedMonitorOptions, host: HttpAdapterHost, localities: LocalityResolver) =>
        new ExposureWarning(options.access, exposedParts(options), host, localities),
    },
  ],
  exports: [MonitorAccess],
};

/** What would be exposed, and where. */
function exposedParts(options: ResolvedMonitorOptions): ExposedParts {
  const { diagnostics, controller } = options;
  return {
    isOnMainPort: servedAt(options) === 'application',
    hasDiagnostics:
      controller !== false && (diagnostics.profiles || diagnostics.report || diagnostics.heapSnapshot),
  };
}
