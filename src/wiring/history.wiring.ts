import { Startup } from '../common/startup/startup.js';
import { FindingsHandle } from '../findings/findings.handle.js';
import { loadFindings } from '../findings/load-findings.js';
import { GroupHistoryHandle } from '../group-history/group-history.handle.js';
import { HistoryHandle } from '../history/history.handle.js';
import { loadHistory } from '../history/load-history.js';
import { EventLoopBlocks } from '../metrics/collection/event-loop-blocks.js';
import { CurrentSource } from '../metrics/source/current-source.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS } from '../monitor.options.js';
import { locateGroup } from '../processes/group-location.js';
import { ProcessesHandle } from '../processes/processes.handle.js';
import type { Wiring } from './wiring.js';

/** The history, and the findings that are based on it. */
export const HISTORY: Wiring = {
  providers: [
    HistoryHandle,
    FindingsHandle,
    GroupHistoryHandle,
    {
      provide: Symbol('MONITOR_HISTORY_LOADED'),
      inject: [
        MONITOR_OPTIONS,
        CurrentSource,
        EventLoopBlocks,
        HistoryHandle,
        FindingsHandle,
        GroupHistoryHandle,
        ProcessesHandle,
        Startup,
      ],
      // Loaded with the providers and not when the application starts: a process that has no descriptor left by then
      // cannot load a file.
      useFactory: async (
        { history: options, processes: processesOptions }: ResolvedMonitorOptions,
        { local }: CurrentSource,
        blocks: EventLoopBlocks,
        history: HistoryHandle,
        findings: FindingsHandle,
        groupHistory: GroupHistoryHandle,
        processes: ProcessesHandle,
        startup: Startup,
      ) => {
        if (options === undefined) return;
        const loaded = await loadHistory(options, local);
        history.current = loaded;
        findings.current = await loadFindings(loaded, local, () => blocks.areExplained);
        startup.start(() => loaded.start());
        processes.whenJoined(async (joined) => {
          const { joinGroupHistory } = await loadGroupHistory();
          return joinGroupHistory(groupHistory, joined.group, loaded, findings.current);
        });
        if (locateGroup(processesOptions) !== undefined) await loadGroupHistory();
      },
    },
  ],
  exports: [HistoryHandle, FindingsHandle, GroupHistoryHandle],
};

/** Loaded only in a process that is in a group. */
function loadGroupHistory() {
  return import('../group-history/join-group-history.js');
}
