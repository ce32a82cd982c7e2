import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import type { HistoryDocument } from '../history/history-document.js';
import { MonitorHistory } from '../history/monitor-history.js';
import { FOLLOW, follow } from './follow.js';
import { GroupHistory } from './group-history.js';

/** A process of a group, with a history that the others can follow. */
async function joinWithHistory(path: string) {
  const member = await joinGroup(path);
  const { local, group, leave } = member;
  const nothing = { failure: () => {}, recovery: () => {} };
  const history = new MonitorHistory(local, { minutes: 60, series: 300 }, nothing);
  await history.begin();
  const followed = { history, findings: undefined, group };
  group.handle(FOLLOW, (_, signal) => follow(followed, signal));
  const open = () => {
    const groupHistory = new GroupHistory(group, followed, () => {});
    onTestFinished(() => groupHistory.stop());
    return groupHistory;
  };
  onTestFinished(async () => {
    history.stop();
    await leave();
  });
  return { ...member, history, open };
}

function latest({ series, latest: totals }: HistoryDocument, key: string): number | null | undefined {
  return totals[series.findIndex((one) => one.key === key)];
}

it('the history of a group that is opened while a process cannot save its totals has the last ones that were saved', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'g');
  const [a, b] = [await joinWithHistory(path), await joinWithHistory(path)];
  const count = (work: number) => {
    for (const { registry } of [a, b]) {
      registry.count('work', work);
      registry.count('work', work, { kind: 'a' });
      registry.observe('size', 1);
      registry.kv('level', work);
    }
  };
  /** A step is read at the end of each second. */
  const expectLatest = (expected: number[]) =>
    eventually(async () => {
      for (const { history } of [a, b]) await history.readStep();
      const document = await a.open().use((session) => session.document({}));
      expect(['work', 'work{kind="a"}', 'size', 'level'].map((key) => latest(document, key))).toEqual(
        expected,
      );
    });
  count(1);
  await expectLatest([2, 2, 2, 2]);
  // Nothing can be saved: there is a directory in place of the file, to which not even root can write.
  const files = [a, b].map(({ group }) => group.directory.totalsOf(group.name));
  for (const file of files) {
    rmSync(file);
    mkdirSync(file);
  }
  count(2);
  // Unsaved totals are sent to no process: they would be less again if the process were killed.
  await expectLatest([2, 2, 2, 4]);
  for (const file of files) rmSync(file, { recursive: true });
  await expectLatest([6, 6, 4, 4]);
});
