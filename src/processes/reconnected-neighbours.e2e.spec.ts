import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import { TestRegistry } from '../../test/support/registry.js';
import { inSlices } from '../common/slices.js';
import { RegistrySource } from '../metrics/source/registry-source.js';
import { noFacts } from './group/no-facts.js';
import type { AnswerMaker } from './peers/peer-connection.js';
import { PeerConnection } from './peers/peer-connection.js';

const PID = 4_194_303;
const NAME = { pid: PID, thread: null, text: `${PID}.0-00000000000a` };

/** A process of the group that answers, and whose connections can be cut. */
async function joinNeighbour(path: string) {
  const registry = new TestRegistry();
  const source = new RegistrySource(registry, () => noFacts(PID, null));
  const answers: AnswerMaker = {
    answer: async (_, encoder, write) => {
      await inSlices(encoder.encode(await source.now(), write));
      return undefined;
    },
    call: () => {
      throw new Error('It answers no calls.');
    },
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    new PeerConnection(socket, NAME, answers).start();
  }).listen(join(path, `${NAME.text}.sock`));
  await once(server, 'listening');
  writeFileSync(join(path, `${NAME.text}.totals`), `["nestjs-monitor",1,"${NAME.text}"]\n`);
  const disconnect = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  onTestFinished(() => {
    server.close();
    disconnect();
  });
  return { registry, disconnect };
}

it('what another process has removed while it was not connected is gone, and a counter that began again has its new value', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'g');
  const { group, read, log } = await joinGroup(path);
  const { registry, disconnect } = await joinNeighbour(path);
  const use = (tenant: string) => {
    registry.count('calls', 10, { tenant });
    registry.kv('connections', 10, { tenant });
    registry.observe('size', 10, { tenant });
  };
  for (const tenant of ['a', 'b', 'c']) use(tenant);
  for (const name of ['restarted', 'gone', 'kept']) {
    registry.count(`${name}_calls`, 10);
    registry.observe(`${name}_size`, 10);
    registry.count(`${name}_calls`, 10, { tenant: 'a' });
  }
  expect((await read()).counters).toMatchObject({ restarted_calls: 10, gone_calls: 10 });
  for (const name of ['calls', 'connections', 'size']) registry.remove(name, { tenant: 'a' });
  registry.remove('gone_calls');
  registry.remove('gone_calls', { tenant: 'a' });
  registry.remove('gone_size');
  registry.remove('kept_calls');
  registry.remove('restarted_calls');
  registry.remove('restarted_size');
  registry.count('restarted_calls', 3);
  registry.observe('restarted_size', 3);
  use('d');
  disconnect();
  // A read that meets the end of the connection gets what is known.
  const { counters, gauges, histograms } = await eventually(async () => {
    const document = await read(`new ${Math.random()}`);
    expect(document.processes?.[1]).toMatchObject({ pid: PID, state: 'ok' });
    expect(document.counters).toHaveProperty('calls{tenant="d"}');
    return document;
  });
  expect(counters).toMatchObject({
    'calls{tenant="b"}': 10,
    'calls{tenant="d"}': 10,
    restarted_calls: 3,
    'restarted_calls{tenant="a"}': 10,
    'kept_calls{tenant="a"}': 10,
  });
  for (const key of ['calls{tenant="a"}', 'gone_calls', 'gone_calls{tenant="a"}', 'kept_calls'])
    expect(counters).not.toHaveProperty([key]);
  expect(Object.keys(gauges).filter((key) => key.startsWith('connections'))).toHaveLength(3);
  expect(Object.keys(histograms).toSorted()).toEqual([
    'kept_size',
    'restarted_size',
    ...['b', 'c', 'd'].map((tenant) => `size{tenant="${tenant}"}`),
  ]);
  const [member] = group.roster.members;
  const restarted = member?.source.histograms.received().find(({ name }) => name === 'restarted_size');
  expect(restarted?.plain?.count).toBe(1);
  expect(log).toEqual([]);
});

it('a process listens again after an attempt that failed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'g');
  const { group } = await joinGroup(path);
  // Neither the directory nor the socket can be created.
  rmSync(path, { recursive: true });
  writeFileSync(path, '');
  await expect(group.maintain()).rejects.toThrow();
  rmSync(path);
  await group.maintain();
  const { read } = await joinGroup(path);
  expect((await read()).processes?.map(({ state }) => state)).toEqual(['ok', 'ok']);
});
