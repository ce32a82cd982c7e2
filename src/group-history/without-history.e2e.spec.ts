import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import { MonitorHistory } from '../history/monitor-history.js';
import { NO_HANDLER } from '../processes/processes.messages.js';
import { FOLLOW, follow } from './follow.js';
import { GroupHistory } from './group-history.js';

type Member = Awaited<ReturnType<typeof joinGroup>>;

function newGroup(): string {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'g');
}

async function historyOf({ local, group }: Member) {
  const history = new MonitorHistory(
    local,
    { minutes: 60, series: 300 },
    { failure: () => {}, recovery: () => {} },
  );
  onTestFinished(() => history.stop());
  await history.begin();
  await history.readStep();
  return { history, findings: undefined, group };
}

async function groupHistoryOf(member: Member) {
  const groupHistory = new GroupHistory(member.group, await historyOf(member), () => {});
  onTestFinished(() => groupHistory.stop());
  return groupHistory;
}

it('a process without a history answers: nothing is wrong with it, and its activity is not known', async () => {
  const path = newGroup();
  const [a, b] = [await joinGroup(path), await joinGroup(path)];
  a.registry.count('work', 1);
  b.registry.count('work', 2);
  await (
    await groupHistoryOf(a)
  ).use(async (session) => {
    const [own, other] = session.activities();
    expect(own).toMatchObject({ state: 'ok' });
    expect(other).toMatchObject({ state: 'ok', requests: null, errors: null, cpu: null, memory: null });
    expect(session.findings()).toEqual([]);
    // Its totals are part of those of the group.
    expect(await session.document({ series: ['work'] })).toMatchObject({ latest: [3] });
  });
});

it('a process that is still joining is asked for its history again soon', async () => {
  const path = newGroup();
  const [a, b] = [await joinGroup(path), await joinGroup(path)];
  b.registry.count('work', 7);
  const followed = await historyOf(b);
  await (
    await groupHistoryOf(a)
  ).use(async (session) => {
    b.group.handle(FOLLOW, (_, signal) => follow(followed, signal));
    // One that sends something else is asked again after half a minute.
    const isKnown = () => expect(session.activities()[1]).toMatchObject({ state: 'ok', requests: 0 });
    await vi.waitFor(isKnown, { timeout: 25_000, interval: 10 });
  });
});

it('a process without a history that does not answer any more is late', async () => {
  const path = newGroup();
  const a = await joinGroup(path);
  const name = '4194303.0-00000000000a';
  let answers = true;
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    if (answers)
      socket.write(
        `${JSON.stringify(['nestjs-monitor', 1, name])}\n${JSON.stringify(['e', 1, NO_HANDLER(FOLLOW)])}\n`,
      );
  }).listen(join(path, `${name}.sock`));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  writeFileSync(join(path, `${name}.totals`), '["nestjs-monitor",1,"x"]\n');
  await (
    await groupHistoryOf(a)
  ).use(async (session) => {
    const state = () => session.activities()[1]?.state;
    expect(state()).toBe('ok');
    answers = false;
    await eventually(() => expect(state()).toBe('late'));
  });
});
