import { Startup } from '../common/startup/startup.js';
import { CurrentSource } from '../metrics/source/current-source.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS } from '../monitor.options.js';
import { ProcessesHandle } from '../processes/processes.handle.js';
import { ProcessesRunner } from '../processes/processes.runner.js';
import type { Wiring } from './wiring.js';

/** What lets several processes be read as one. */
export const PROCESSES: Wiring = {
  providers: [
    ProcessesHandle,
    {
      provide: ProcessesRunner,
      inject: [MONITOR_OPTIONS, CurrentSource, ProcessesHandle, Startup],
      useFactory: (
        { processes }: ResolvedMonitorOptions,
        source: CurrentSource,
        handle: ProcessesHandle,
        startup: Startup,
      ) => ProcessesRunner.create(processes, source, handle, startup),
    },
  ],
  exports: [ProcessesHandle],
};
