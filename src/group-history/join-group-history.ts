import { SafeLogger } from '../common/safe-logger.js';
import type { MonitorFindings } from '../findings/monitor-findings.js';
import { HistoryJournal } from '../history/journal/history-journal.js';
import type { MonitorHistory } from '../history/monitor-history.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import { FOLLOW, follow } from './follow.js';
import { GroupHistory } from './group-history.js';
import type { GroupHistoryHandle } from './group-history.handle.js';
import { HISTORY_LEFT_OUT } from './group-history.messages.js';
import { OldJournals } from './old-journals.js';

/**
 * Makes the history of this process part of the history of its group.
 *
 * @returns a function that ends that.
 */
export function joinGroupHistory(
  handle: GroupHistoryHandle,
  group: ProcessGroup,
  history: MonitorHistory,
  findings: MonitorFindings | undefined,
): () => Promise<void> {
  const logger = new SafeLogger('Monitor');
  const followed = { history, findings, group };
  const reported = new Set<string>();
  const groupHistory = new GroupHistory(group, followed, ({ text, pid }, reason) => {
    // It is asked again regularly, but reported once.
    if (!reported.has(text)) logger.warn(HISTORY_LEFT_OUT(pid, reason));
    reported.add(text);
  });
  const journal = new HistoryJournal(history, group.directory.in(group.name.text));
  const oldJournals = new OldJournals(group, history.kept[10] * 10_000);
  const endSaving = group.saveToo(() => journal.save());
  group.handle(FOLLOW, (_, signal) => follow(followed, signal));
  handle.current = groupHistory;
  oldJournals.start();
  return async () => {
    handle.current = undefined;
    groupHistory.stop();
    oldJournals.stop();
    endSaving();
    await journal.save();
  };
}
