import { Startup } from '../common/startup/startup.js';
import { FindingsHandle } from '../findings/findings.handle.js';
import { FindingsRunner } from '../findings/findings.runner.js';
import { HistoryHandle } from '../history/history.handle.js';
import { HistoryRunner } from '../history/history.runner.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import { METRICS_SOURCE } from '../metrics/source/metrics-source.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS } from '../monitor.options.js';
import type { Wiring } from './wiring.js';

/** The recent past, and the findings that are concluded from it. */
export const HISTORY: Wiring = {
  providers: [
    HistoryHandle,
    FindingsHandle,
    {
      provide: HistoryRunner,
      inject: [MONITOR_OPTIONS, METRICS_SOURCE, HistoryHandle, Startup],
      useFactory: (
        { history }: ResolvedMonitorOptions,
        source: MetricsSource,
        handle: HistoryHandle,
        startup: Startup,
      ) => HistoryRunner.create(history, source, handle, startup),
    },
    {
      provide: FindingsRunner,
      // The history must have been loaded.
      inject: [METRICS_SOURCE, HistoryHandle, FindingsHandle, HistoryRunner],
      useFactory: (source: MetricsSource, history: HistoryHandle, handle: FindingsHandle) =>
        FindingsRunner.create(source, history, handle),
    },
  ],
  exports: [HistoryHandle, FindingsHandle],
};
