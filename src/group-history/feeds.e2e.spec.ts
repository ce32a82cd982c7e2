import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import { MonitorHistory } from '../history/monitor-history.js';
import { Feeds } from './feeds.js';

const series = { key: 'x', name: 'x', kind: 'counter', labels: {}, unit: null, help: '', builtIn: false };

/** Processes that send a history with one step, until they end. The last step of each is a second before that of the one before. */
function startNeighbours(path: string, count: number) {
  const newest = Math.floor(Date.now() / 1000) * 1000;
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const names = Array.from({ length: count }, (_, i) => {
    const name = `4194303.0-${String(i).padStart(12, '0')}`;
    const lines = [
      ['nestjs-monitor', 1, name],
      ['t', 1, ['history', { instance: {} }, [[newest - i * 1000], []]]],
      ['t', 1, ['series', [series], [1]]],
      ['t', 1, ['column', 1, 0, 'rate', [1]]],
      ['t', 1, ['whole', 'begin']],
    ];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    });
    servers.push(server.listen(join(path, `${name}.sock`)));
    // Its totals are final: when nothing listens any more, it has ended.
    writeFileSync(join(path, `${name}.totals`), `["nestjs-monitor",1,"${name}"]\n["z"]\n`);
    return name;
  });
  const end = () => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(end);
  return { names, end };
}

/** The feeds of a group, which have not started yet. */
async function makeFeeds() {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'g');
  const { local, group } = await joinGroup(path);
  const nothing = { failure: () => {}, recovery: () => {} };
  const history = new MonitorHistory(local, { minutes: 60, series: 300 }, nothing);
  await history.begin();
  onTestFinished(() => history.stop());
  const listener = { onStep: () => {}, onWhole: () => {}, onFindings: () => {}, onEnd: async () => {} };
  const feeds = new Feeds(group, { history, findings: undefined, group }, listener, () => {});
  onTestFinished(() => feeds.stop());
  return { path, group, feeds };
}

/** Follows a group with this many processes more. */
async function followNeighbours(count: number) {
  const { path, group, feeds } = await makeFeeds();
  const neighbours = startNeighbours(path, count);
  await feeds.start();
  await eventually(() => expect(feeds.all.filter(({ isLoaded }) => isLoaded)).toHaveLength(count + 1));
  return { ...neighbours, feeds, group };
}

it('of processes that end while a page is open, the last 32 are kept', async () => {
  const { names, end, feeds, group } = await followNeighbours(40);
  end();
  await eventually(async () => {
    await feeds.update();
    expect(feeds.all.every(({ copy }) => copy.hasEnded || copy.owner === group.name)).toBe(true);
  });
  await feeds.update();
  expect(feeds.copies.map(({ owner }) => owner.text)).toEqual([group.name.text, ...names.slice(0, 32)]);
});

it('more than ten processes are followed without a warning of Node', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const { end } = await followNeighbours(20);
  end();
  await new Promise(setImmediate);
  expect(warnings).toEqual([]);
});

it('the journal of a process that does not answer is read again only when it was written', async () => {
  const { path, feeds } = await makeFeeds();
  const name = '4194303.0-00000000000a';
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(join(path, `${name}.sock`));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  writeFileSync(join(path, `${name}.totals`), `["nestjs-monitor",1,"${name}"]\n`);
  const journal = join(path, `${name}.seconds`);
  const row = (time: number) => `${JSON.stringify({ step: 1, time, seconds: 1, values: [1], heat: [] })}\n`;
  const newest = Math.floor(Date.now() / 1000) * 1000;
  writeFileSync(journal, `${JSON.stringify({ instance: {}, series: [series] })}\n${row(newest - 2000)}`);
  await feeds.start();
  const copy = () => feeds.all[1]?.copy;
  /** It is asked for its history, and then whether it has ended. */
  const askedTwice = async () => {
    const before = sockets.length;
    await eventually(() => expect(sockets.length).toBeGreaterThanOrEqual(before + 2));
  };
  await askedTwice();
  const first = copy();
  expect(first?.tiers[1].slots).toEqual([newest - 2000]);
  await askedTwice();
  expect(copy()).toBe(first);
  appendFileSync(journal, row(newest - 1000));
  await eventually(() => expect(copy()?.tiers[1].slots).toEqual([newest - 2000, newest - 1000]));
});
