import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import { MonitorHistory } from '../history/monitor-history.js';
import { FOLLOW, follow } from './follow.js';
import { GroupHistory } from './group-history.js';

/** The most series that can be kept, and some fewer: there are also the sums of each metric. */
const [SERIES, RECORDED] = [10_000, 9900];

const METRICS = Array.from({ length: 10 }, (_, at) => `calls_${at}`);

async function joinWithHistory(path: string) {
  const { registry, local, group } = await joinGroup(path);
  const nothing = { failure: () => {}, recovery: () => {} };
  const history = new MonitorHistory(local, { minutes: 60, series: SERIES }, nothing);
  await history.begin();
  onTestFinished(() => history.stop());
  return { registry, group, history, followed: { history, findings: undefined, group } };
}

it.each([
  ['before it is followed', true],
  ['while it is followed', false],
])(
  'the history of a process is that of 10 000 series, which it recorded %s',
  async (_when, isBefore) => {
    const directory = mkdtempSync(join(tmpdir(), 'nm-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, 'g');
    const [a, b] = [await joinWithHistory(path), await joinWithHistory(path)];
    b.group.handle(FOLLOW, (_, signal) => follow(b.followed, signal));
    const record = async () => {
      const tenant = 'x'.repeat(200);
      for (let i = 0; i < RECORDED; i++)
        b.registry.count(METRICS[i % METRICS.length] ?? '', 2, { [`n${i}`.padEnd(200, 'n')]: tenant });
      await b.history.readStep();
    };
    if (isBefore) await record();
    const left: string[] = [];
    const groupHistory = new GroupHistory(a.group, a.followed, (_, reason) => left.push(reason));
    onTestFinished(() => groupHistory.stop());
    await groupHistory.use(async (session) => {
      if (!isBefore) await record();
      await eventually(async () => {
        // A step of this process, too: a document has the steps that all processes have sent.
        await a.history.readStep();
        const { series, latest } = await session.document({ series: METRICS });
        const totals = latest.filter((_, at) => series[at]?.key.includes('{'));
        expect([totals.length, new Set(totals)]).toEqual([RECORDED, new Set([2])]);
      });
    });
    expect(left).toEqual([]);
  },
  120_000,
);
