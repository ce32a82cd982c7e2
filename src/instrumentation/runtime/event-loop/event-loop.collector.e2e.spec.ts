import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { TestRegistry } from '../../../../test/support/registry.js';
import { EventLoopCollector } from './event-loop.collector.js';
import { present } from '../../../../test/support/present.js';

const untilNextTurn = () => new Promise((resolve) => setImmediate(resolve));

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('EventLoopCollector', () => {
  let registry: TestRegistry;
  let now: number;

  const read = () => registry.read();
  const make = (clock = () => now, interval = 1_000_000) => {
    const collector = new EventLoopCollector(registry, interval, clock);
    onTestFinished(() => collector.stop());
    return collector;
  };

  beforeEach(() => {
    now = 0;
    registry = new TestRegistry();
  });

  it('has the lateness of each tick of its timer, in seconds', async () => {
    const collector = make(() => now, 100);
    collector.start();
    for (const elapsed of [100, 350, 99.5]) {
      now += elapsed;
      collector.tick();
    }
    const { counters, gauges, max_gauges, min_gauges } = await read();
    expect(counters.callbacks).toBe(3);
    expect(gauges.ioloop_excess_callback_latency).toBeCloseTo(-0.0005, 10);
    expect(max_gauges.ioloop_excess_callback_latency).toBeCloseTo(0.25, 10);
    expect(min_gauges.ioloop_excess_callback_latency).toBeCloseTo(-0.0005, 10);
  });

  it('ticks from start() to stop()', async () => {
    const collector = make(() => performance.now(), 1);
    expect((await read()).counters.callbacks).toBe(0);
    collector.start();
    await eventually(async () => expect((await read()).counters.callbacks).toBeGreaterThan(2));
    collector.stop();
    const { callbacks } = (await read()).counters;
    await untilNextTurn();
    expect((await read()).counters.callbacks).toBe(callbacks);
  });

  it('counts the seconds in which the loop was busy since start()', async () => {
    await untilNextTurn();
    block(50);
    const collector = make();
    collector.start();
    block(30);
    collector.collect();
    const busy = async () => present((await read()).counters.callback_duration);
    const before = await busy();
    expect(before).toBeGreaterThanOrEqual(0.03);
    block(20);
    collector.collect();
    expect((await busy()) - before).toBeGreaterThanOrEqual(0.02);
  });

  it('counts the events that the loop has processed, and has the number of those that were waiting', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const sockets = Array.from({ length: 20 }, () =>
      connect((server.address() as AddressInfo).port, '127.0.0.1'),
    );
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));

    const collector = make();
    collector.start();
    const echoes = Promise.all(sockets.map((socket) => once(socket, 'data')));
    for (const socket of sockets) socket.write('x');
    // Everything that was sent has arrived by the time the loop polls again.
    block(20);
    await echoes;
    collector.collect();
    const { counters, max_gauges } = await read();
    expect(counters.callbacks_processed).toBeGreaterThanOrEqual(40);
    expect(max_gauges.ioloop_pending_callbacks).toBeGreaterThan(0);
  });

  it("counts on where libuv's counters of 32 bits wrap around, as they do on Node 20 to 24", async () => {
    const last = 2 ** 31 - 1;
    let totals = { iterations: last - 1, events: last - 9, waiting: last - 4, busy: 0, idle: 0 };
    const collector = new EventLoopCollector(
      registry,
      1_000_000,
      () => now,
      () => totals,
    );
    onTestFinished(() => collector.stop());
    collector.start();
    totals = { iterations: -(2 ** 31), events: -(2 ** 31) + 8, waiting: -(2 ** 31) + 1, busy: 1, idle: 1 };
    collector.collect();
    const { counters, gauges } = await read();
    expect(counters.callbacks_processed).toBe(18);
    expect(gauges.ioloop_pending_callbacks).toBe(3);
    expect(registry.warnings).toEqual([]);
  });

  it('has a delay that has not ended in reads without collectors too, so that the history has it in the step whose CPU it used', async () => {
    make().start();
    // Until the timers of the event loop run: it measures a delay only after them.
    await new Promise((resolve) => setTimeout(resolve, 1));
    block(30);
    await registry.prepareRead(true);
    expect(registry.ownHistogram('eventloop_delay').view().sum).toBeGreaterThanOrEqual(0.02);
  });

  it('counts the active handles and requests', async () => {
    const collector = make();
    collector.start();
    collector.collect();
    const before = (await read()).gauges['active_resources{type="TCPServerWrap"}'] ?? 0;
    const servers = Array.from({ length: 5 }, () => createServer().listen(0, '127.0.0.1'));
    onTestFinished(() => servers.forEach((server) => server.close()));
    await Promise.all(servers.map((server) => once(server, 'listening')));
    now += 1_000;
    collector.collect();
    const total = process.getActiveResourcesInfo().length;
    const { gauges } = await read();
    expect(gauges.ioloop_handlers).toBe(total);
    expect(gauges['active_resources{type="TCPServerWrap"}']).toBe(before + 5);
  });

  it('spends at most a thousandth of the time on counting handles', async () => {
    let clockCalls = 0;
    // A clock on which each count takes 2 ms.
    const collector = make(() => (clockCalls++, (now += 2)));
    collector.start();
    collector.collect();
    const after = clockCalls;
    collector.collect();
    expect(clockCalls - after).toBe(1);
    now += 2_000;
    collector.collect();
    expect(clockCalls - after).toBe(3);
  });

  it('counts the handles by type, and a type that no longer occurs is 0', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-monitor-watched-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const collector = make();
    collector.start();
    const watchers = Array.from({ length: 3 }, () => watch(directory));
    collector.collect();
    const type = 'active_resources{type="FSEventWrap"}';
    expect((await read()).gauges[type]).toBe(3);
    watchers.forEach((watcher) => watcher.close());
    await Promise.all(watchers.map((watcher) => once(watcher, 'close')));
    // A handle is removed some iterations after it was closed.
    await eventually(async () => {
      now += 1_000;
      collector.collect();
      expect((await read()).gauges[type]).toBe(0);
    });
  });

  it('has the utilization from tick to tick, whoever reads in between', async () => {
    await untilNextTurn();
    const collector = make();
    const beforeStart = performance.eventLoopUtilization();
    collector.start();
    const afterStart = performance.eventLoopUtilization();
    expect((await read()).gauges).not.toHaveProperty('eventloop_utilization');
    block(30);
    collector.collect();
    await new Promise((resolve) => setTimeout(resolve, 30));
    collector.collect();
    const { utilization: least } = performance.eventLoopUtilization(afterStart);
    collector.tick();
    const { utilization: most } = performance.eventLoopUtilization(beforeStart);
    const { eventloop_utilization: measured } = (await read()).gauges;
    expect(measured).toBeGreaterThanOrEqual(least);
    expect(measured).toBeLessThanOrEqual(most);
    expect(most).toBeLessThan(1);
    block(10);
    collector.tick();
    const { gauges, min_gauges } = await read();
    // The loop has not waited since that tick.
    expect(gauges.eventloop_utilization).toBe(1);
    expect(min_gauges.eventloop_utilization).toBe(gauges.eventloop_utilization);
  });

  it('has all its metrics before the first tick, and no extremes that were not measured', async () => {
    make();
    const { histograms, ...values } = await read();
    expect(values).toEqual({
      counters: {
        callback_duration: 0,
        callbacks: 0,
        callbacks_processed: 0,
        'eventloop_time{state="active"}': 0,
        'eventloop_time{state="idle"}': 0,
      },
      gauges: { ioloop_excess_callback_latency: 0, ioloop_handlers: 0, ioloop_pending_callbacks: 0 },
      max_gauges: {},
      min_gauges: {},
    });
    expect(histograms).toMatchObject({ eventloop_delay: { count: 0, max: null } });
  });
});
