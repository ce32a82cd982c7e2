import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import { MonitorHistory } from '../history/monitor-history.js';
import { GroupHistory } from './group-history.js';

const NAME = '4194303.0-00000000000a';

/** The history of a group with one more process, whose connections the test handles. */
async function withNeighbour(onConnection: (socket: Socket) => void) {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'g');
  const { registry, local, group } = await joinGroup(path);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(join(path, `${NAME}.sock`));
  writeFileSync(join(path, `${NAME}.totals`), '["nestjs-monitor",1,"x"]\n');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const nothing = { failure: () => {}, recovery: () => {} };
  const history = new MonitorHistory(local, { minutes: 60, series: 300 }, nothing);
  registry.count('work', 3);
  await history.begin();
  await history.readStep();
  onTestFinished(() => history.stop());
  const left: string[] = [];
  const followed = { history, findings: undefined, group };
  const groupHistory = new GroupHistory(group, followed, (_, reason) => left.push(reason));
  onTestFinished(() => groupHistory.stop());
  return { groupHistory, left };
}

const hello = (name = NAME, version = 1) => `${JSON.stringify(['nestjs-monitor', version, name])}\n`;
const item = (value: unknown) => `${JSON.stringify(['t', 1, value])}\n`;
const deep = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
const head = { instance: {}, dropped_series: 0 };
const series = { key: 'x', name: 'x', kind: 'counter', labels: {}, unit: null, help: '', builtIn: false };
const begin = item(['history', head, [[], []]]);
const whole = begin + item(['whole', 'begin']);
const evil = { id: '', rule: '', severity: '', title: '', confidence: '', since: '', advice: '', link: '' };

it.each<[string, string, RegExp | undefined]>([
  ['says nothing', '', undefined],
  ['greets, and says nothing more', hello(), undefined],
  ['sends garbage', 'HTTP/1.1 400 Bad Request\r\n\r\n', /no JSON/],
  ['has another version', hello(NAME, 0), /version 0/],
  ['has another name', hello('1.0-00000000000b'), /another process/],
  ['answers something that nobody asked for', `${hello()}["v",0,0,["x"]]\n`, /something else/],
  ['says that it cannot answer', `${hello()}["e",1,"no"]\n`, /^no$/],
  ['sends no item', hello() + item(7), /no item/],
  ['sends a column before the series', hello() + item(['column', 1, 0, 'rate', []]), /a part of no history/],
  ['sends a deep value as a history', `${hello()}["t",1,["history",${deep},${deep}]]\n`, /no number/],
  ['sends a deep value as series', `${hello()}${begin}["t",1,["series",[${deep}]]]\n`, /no series/],
  ['sends series of no history', hello() + item(['series', []]), /a part of no history/],
  ['sends a deep value as a step', `${hello()}${whole}["t",1,["row",${deep}]]\n`, /no step/],
  [
    'sends deep evidence of a finding',
    `${hello()}${whole}["t",1,["findings",[{"evidence":[${deep}],${JSON.stringify(evil).slice(1)}]]]\n`,
    /no evidence/,
  ],
  [
    'sends more series than there can be',
    hello() +
      begin +
      item(['series', Array.from({ length: 20_001 }, (_, at) => ({ ...series, key: `x${at}` }))]),
    /too many series/,
  ],
  [
    'sends one series again and again',
    hello() + begin + item(['series', Array.from({ length: 10_001 }, () => series)]).repeat(2),
    /too many series/,
  ],
  ['sends a line without an end', `${hello()}["t",1,"${'x'.repeat(34e6)}`, /too long/],
  ['goes away', `${hello()}${whole}`, undefined],
])('the history of a group is that of the others where a process %s', async (how, text, reason) => {
  const { groupHistory, left } = await withNeighbour((socket) => {
    socket.write(text);
    if (how === 'goes away') socket.end();
  });
  await groupHistory.use(async (session) => {
    const document = await session.document({});
    expect(document.processes?.map(({ pid }) => pid)).toEqual([process.pid, 4194303]);
    expect(document.series.map(({ key }) => key)).toContain('work');
    expect(JSON.stringify(session.findings())).toEqual(expect.any(String));
    if (reason !== undefined) await eventually(() => expect(left[0] ?? '').toMatch(reason));
  });
  if (reason === undefined) expect(left).toEqual([]);
});
