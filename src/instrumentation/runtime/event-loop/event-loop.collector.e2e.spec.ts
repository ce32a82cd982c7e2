import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { TestRegistry } from '../../../../test/support/registry.js';
import { EventLoopCollector } from './event-loop.collector.js';

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

  it('says how late each tick of its timer was, in seconds', async () => {
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

  it('ticks by itself once it was started, and not after it was stopped', async () => {
    const collector = make(() => performance.now(), 1);
    expect((await read()).counters.callbacks).toBe(0);
    collector.start();
    await expect.poll(async () => (await read()).counters.callbacks).toBeGreaterThan(2);
    collector.stop();
    const { callbacks } = (await read()).counters;
    await untilNextTurn();
    expect((await read()).counters.callbacks).toBe(callbacks);
  });

  it('says for how many seconds the loop was busy since it was started', async () => {
    await untilNextTurn();
    block(50);
    const collector = make();
    collector.start();
    block(30);
    collector.collect();
    const busy = (await read()).counters.callback_duration;
    expect(busy).toBeGreaterThanOrEqual(0.03);
    block(20);
    collector.collect();
    expect((await read()).counters.callback_duration - busy).toBeGreaterThanOrEqual(0.02);
  });

  it('counts the events that the loop has processed, and those that were waiting', async () => {
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

  it('counts the active handles and requests', async () => {
    const collector = make();
    collector.start();
    collector.collect();
    const before = (await read()).gauges.ioloop_handlers;
    const servers = Array.from({ length: 5 }, () => createServer().listen(0, '127.0.0.1'));
    onTestFinished(() => servers.forEach((server) => server.close()));
    await Promise.all(servers.map((server) => once(server, 'listening')));
    now += 1_000;
    collector.collect();
    expect((await read()).gauges.ioloop_handlers).toBe(before + 5);
  });

  it('spends at most a thousandth of the time on counting handles', async () => {
    let looks = 0;
    // A clock on which each look takes 2 ms.
    const collector = make(() => (looks++, (now += 2)));
    collector.start();
    collector.collect();
    const after = looks;
    collector.collect();
    expect(looks - after).toBe(1);
    now += 2_000;
    collector.collect();
    expect(looks - after).toBe(3);
  });

  it('counts them by type, and says zero of a type that is gone', async () => {
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
    // A handle is gone some turns after it was closed.
    await expect
      .poll(async () => {
        now += 1_000;
        collector.collect();
        return (await read()).gauges[type];
      })
      .toBe(0);
  });

  it('says what share of the time the loop was busy from tick to tick, whoever looks in between', async () => {
    await untilNextTurn();
    const collector = make();
    collector.start();
    expect((await read()).gauges).not.toHaveProperty('eventloop_utilization');
    const start = performance.eventLoopUtilization();
    block(30);
    collector.collect();
    await new Promise((resolve) => setTimeout(resolve, 30));
    collector.collect();
    const expected = performance.eventLoopUtilization(start).utilization;
    collector.tick();
    expect((await read()).gauges.eventloop_utilization).toBeCloseTo(expected, 1);
    expect(expected).toBeLessThan(0.9);
    block(10);
    collector.tick();
    const { gauges, min_gauges } = await read();
    expect(gauges.eventloop_utilization).toBeGreaterThan(0.99);
    expect(min_gauges.eventloop_utilization).toBe(gauges.eventloop_utilization);
  });

  it('has all its numbers before the first tick, and no extremes that were not measured', async () => {
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
