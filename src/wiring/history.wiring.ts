import { Startup } from '../common/startup/startup.js';
import { FindingsHandle } from '../findings/findings.handle.js';
import { loadFindings } from '../findings/load-findings.js';
import { HistoryHandle } from '../history/history.handle.js';
import { loadHistory } from '../history/load-history.js';
import { CurrentSource } from '../metrics/source/current-source.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS } from '../monitor.options.js';
import type { Wiring } from './wiring.js';

/** The recent past, and the findings that are concluded from it. */
export const HISTORY: Wiring = {
  providers: [
    HistoryHandle,
    FindingsHandle,
    {
      provide: Symbol('MONITOR_HISTORY_LOADED'),
      inject: [MONITOR_OPTIONS, CurrentSource, HistoryHandle, FindingsHandle, Startup],
      // Loaded with the providers and not when the application starts: a process that has no descriptor left by then
      // cannot load a file.
      useFactory: async (
        { history: options }: ResolvedMonitorOptions,
        { local }: CurrentSource,
        history: HistoryHandle,
        findings: FindingsHandle,
        startup: Startup,
      ) => {
        if (options === undefined) return;
        const loaded = await loadHistory(options, local);
        history.current = loaded;
        findings.current = await loadFindings(loaded, local);
        startup.start(() => loaded.start());
      },
    },
  ],
  exports: [HistoryHandle, FindingsHandle],
};
