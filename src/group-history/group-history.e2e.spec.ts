import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { joinGroup } from '../../test/support/group-member.js';
import { followOwnTimers } from '../../test/support/own-timers.js';
import { MonitorHistory } from '../history/monitor-history.js';
import { FOLLOW, follow } from './follow.js';
import { GroupHistory } from './group-history.js';

it.each(['begins', 'has begun'])(
  'no timer is left of a history of a group that is stopped when it %s',
  async (when) => {
    const directory = mkdtempSync(join(tmpdir(), 'nm-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const timers = followOwnTimers();
    const members = [await joinGroup(join(directory, 'g')), await joinGroup(join(directory, 'g'))] as const;
    const nothing = { failure: () => {}, recovery: () => {} };
    const followed = await Promise.all(
      members.map(async ({ local, group }) => {
        const history = new MonitorHistory(local, { minutes: 60, series: 300 }, nothing);
        await history.begin();
        onTestFinished(() => history.stop());
        return { history, findings: undefined, group };
      }),
    );
    members[1].group.handle(FOLLOW, (_, signal) => follow(followed[1]!, signal));
    const groupHistory = new GroupHistory(members[0].group, followed[0]!, () => {});
    const { session, release } = groupHistory.acquire();
    if (when === 'has begun') await session.ready;
    groupHistory.stop();
    await session.ready;
    release();
    expect((await timers()).filter((stack) => stack.includes('/group-history/'))).toEqual([]);
  },
);
