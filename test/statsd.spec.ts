import { NestFactory } from '@nestjs/core';
import { StatsD } from 'hot-shots';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { statsdPublisher } from '../src/exporters/statsd/index.js';
import type { StatsdOptions } from '../src/exporters/statsd/index.js';
import { MonitorModule, MonitorOptionsError, MonitorService } from '../src/index.js';
import type { WindowPublisher } from '../src/metrics/publisher.js';
import { PUBLISH_WINDOW } from '../src/metrics/publisher.js';
import { moduleOf, startApp } from './support/app.js';
import { parseLines, startAgent, totalsOf } from './support/dogstatsd.js';
import type { TestSource } from './support/sources.js';
import { oneRegistry, SOURCES } from './support/sources.js';
import { RecordingLogger } from './support/recording-logger.js';
import { startDaemon } from './support/statsd-daemon.js';

/** A publisher that is called as its runner calls it. */
function publishTo({ registry, process, source }: TestSource, options: StatsdOptions) {
  const publisher = statsdPublisher(options) as WindowPublisher;
  const close = async () => void (await publisher.afterLastPublish?.());
  onTestFinished(close);
  const publish = async (signal = new AbortController().signal) => {
    const view = await source.window('publisher:1', { isKept: true });
    try {
      await publisher[PUBLISH_WINDOW](view, { signal });
    } catch (thrown) {
      view.giveBack();
      throw thrown;
    }
  };
  return { registry, process, publish, close };
}

/** Polls: a datagram arrives some time after it was sent. */
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 20 });

/** A server that keeps what it receives, and can be stopped and restarted on the same port. */
async function startTcpServer() {
  let text = '';
  let server: Server;
  const sockets = new Set<Socket>();
  const listen = async (port: number) => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('data', (chunk) => (text += chunk.toString('utf8')));
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server!.address() as AddressInfo;
  const drop = async () => {
    const open = [...sockets];
    const closed = open.map((socket) => once(socket, 'close'));
    for (const socket of open) socket.end();
    await Promise.all(closed);
  };
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    await drop();
    await closed;
  };
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await stop();
  });
  return { port, sockets, drop, stop, restart: () => listen(port), totals: () => totalsOf(parseLines(text)) };
}

/**
 * A stream whose writes a test lets succeed or fail. It is not one of Node's, since those accept nothing after a failed write.
 */
function makeStream(write: (packet: string, done: (error?: Error) => void) => void): Writable {
  const stream = {
    destroyed: false,
    write: (packet: string, done: (error?: Error) => void) =>
      write(packet, (error) => void setImmediate(done, error)),
    destroy: () => void setImmediate(() => emitter.emit('close')),
  };
  const emitter = Object.assign(new EventEmitter(), stream);
  return emitter as unknown as Writable;
}

describe.each(SOURCES)('from $from', ({ makeSource }) => {
  const publishing = (options: StatsdOptions) => publishTo(makeSource(), options);

  describe.each(['udp', 'tcp'] as const)('the original StatsD server, over %s', (protocol) => {
    it('has the totals of all counters after several publishes, and the values of all gauges', async () => {
      const daemon = await startDaemon();
      const client = { host: '127.0.0.1', port: daemon[protocol], protocol, prefix: 'shop.' };
      const { registry, process, publish } = publishing({ client });
      for (const round of [1, 2, 3]) {
        registry.count('orders', round);
        registry.count('orders', 0.5, { kind: 'gift wrapped', to: 'a.b' });
        for (const value of [round, -4, round * 10]) registry.kv('temperature', value);
        registry.kv('temperature', -round);
        registry.observe('wait', round, { queue: 'mail' });
        process.cpu.user_time += 1;
        await publish();
      }
      await eventually(async () =>
        expect(await daemon.counters()).toMatchObject({
          'statsd.bad_lines_seen': 0,
          'shop.orders': 6,
          'shop.orders.kind.gift_wrapped.to.a_b': 1.5,
          'shop.wait.count.queue.mail': 3,
          'shop.wait.sum.queue.mail': 6,
          'shop.process.cpu.user_time': 5,
          'shop.process.cpu.system_time': 0.5,
        }),
      );
      await eventually(async () =>
        expect(await daemon.gauges()).toMatchObject({
          'shop.temperature': -3,
          'shop.temperature.min': -4,
          'shop.temperature.max': 30,
          'shop.wait.p50.queue.mail': 3,
          'shop.wait.max.queue.mail': 3,
          'shop.process.meminfo.rss_bytes': 1000,
          'shop.process.num_fds': 20,
        }),
      );
      expect(await daemon.gauges()).not.toHaveProperty('shop.process.meminfo.vsz_bytes');
    });
  });

  describe('DogStatsD', () => {
    it('has labels as tags, after the global tags', async () => {
      const agent = await startAgent();
      const client = { host: '127.0.0.1', port: agent.port, globalTags: { env: 'test' } };
      const { registry, publish } = publishing({ dialect: 'dogstatsd', client });
      registry.count('cat_requests', 2, { method: 'GET', route: '/cats/:id', status: 200 });
      registry.kv('drift', -5);
      registry.observe('wait', 2, { queue: 'mail' });
      await publish();
      await eventually(() => expect(agent.totals()).toHaveProperty('wait.p999,env:test,queue:mail'));
      expect(agent.totals()).toMatchObject({
        'cat_requests,env:test,method:GET,route:/cats/:id,status:200': 2,
        'drift,env:test': -5,
        'drift.min,env:test': -5,
        'wait.count,env:test,queue:mail': 1,
        'wait.sum,env:test,queue:mail': 2,
        'wait.p99,env:test,queue:mail': 2,
      });
    });

    it('negative gauges have their values in servers that read a sign as a change, and in those that do not', async () => {
      const agent = await startAgent();
      const client = {
        host: '127.0.0.1',
        port: agent.port,
        prefix: 'shop.',
        globalTags: { env: 'test', region: 'eu-1' },
      };
      const { registry, publish } = publishing({ dialect: 'dogstatsd', client });
      const expected: Record<string, number> = {};
      for (let room = 0; room < 300; room++) {
        registry.kv('temperature', -room - 0.5, { room });
        expected[`shop.temperature,env:test,region:eu-1,room:${room}`] = -room - 0.5;
      }
      for (let round = 0; round < 3; round++) await publish();
      registry.kv('temperature', 1, { room: 'last' });
      await publish();
      const last = 'shop.temperature.max,env:test,region:eu-1,room:last';
      await eventually(() => expect(agent.totals()).toHaveProperty(last));
      expect(agent.totals()).toMatchObject(expected);
      // Telegraf, statsd_exporter and Vector. Each packet by itself, since the order of packets is not certain.
      for (const packet of agent.packets) {
        const levels: Record<string, number> = {};
        for (const { name, tags, type, value } of parseLines(packet)) {
          if (type !== 'g') continue;
          const gauge = [name, ...tags].join();
          levels[gauge] = value < 0 ? (levels[gauge] ?? Number.NaN) + value : value;
          expect(value < 0 ? levels[gauge] : value).toBe(value);
        }
        expect(Buffer.byteLength(packet)).toBeLessThanOrEqual(1432);
      }
    });

    it('no name, label or value can add a line', async () => {
      const agent = await startAgent();
      const { registry, publish } = publishing({
        dialect: 'dogstatsd',
        client: { host: '127.0.0.1', port: agent.port },
      });
      const hostile = [
        'a:1|c\nroot:9|c',
        'b|#x:y',
        'c@0.1',
        'd e\tf',
        '#,|:@',
        'é\u2028ü',
        '{"a"}',
        '__proto__',
      ];
      for (const text of hostile) {
        registry.count(text, 1, { [text]: text, empty: '' });
        registry.kv(`g${text}`, 1e-9);
        registry.observe(`h${text}`, 1e21);
      }
      await publish();
      const names = () => new Set(agent.samples().map(({ name }) => name));
      await eventually(() => expect(names()).toContain('h__proto__.count'));
      expect(names()).not.toContain('root');
      expect([...names()].filter((name) => name.startsWith('a'))).toEqual(['a_1_c_root_9_c']);
      const values = agent.samples().filter(({ name, type }) => name.startsWith('g') && type === 'g');
      expect(new Set(values.map(({ value }) => value))).toEqual(new Set([1e-9]));
    });

    it('thousands of series arrive once each, in packets that fit into an Ethernet frame', async () => {
      const agent = await startAgent();
      const { registry, publish } = publishing({
        dialect: 'dogstatsd',
        client: {
          host: '127.0.0.1',
          port: agent.port,
          prefix: 'shop.',
          globalTags: ['env:test', 'region:eu-1'],
        },
      });
      for (let i = 0; i < 3000; i++) registry.count('hits', i, { route: `/route/${i}`, method: 'GET' });
      await publish();
      const hits = () => agent.samples().filter(({ name }) => name === 'shop.hits');
      await eventually(() => expect(hits()).toHaveLength(3000));
      expect(Math.max(...agent.packets.map((packet) => Buffer.byteLength(packet)))).toBeLessThanOrEqual(1432);
      expect(agent.packets.length).toBeLessThan(400);
      expect(new Set(hits().map(({ tags }) => tags.join())).size).toBe(3000);
    });

    it('a counter that has not increased is not sent again, and one that is 0 is sent once', async () => {
      const agent = await startAgent();
      const { registry, publish } = publishing({ client: { host: '127.0.0.1', port: agent.port } });
      registry.counter('idle');
      registry.count('orders', 2);
      for (let round = 0; round < 3; round++) await publish();
      registry.kv('end', 1);
      await publish();
      await eventually(() => expect(agent.totals()).toHaveProperty('end'));
      const sent = agent.samples().filter(({ name }) => ['idle', 'orders'].includes(name));
      expect(sent.map(({ name, value }) => [name, value])).toEqual([
        ['idle', 0],
        ['orders', 2],
      ]);
    });
  });

  it('no total is sent again when another series of its metric is removed', async () => {
    let received = '';
    const stream = makeStream((packet, done) => {
      received += packet;
      done();
    });
    const { registry, publish } = publishing({ client: { protocol: 'stream', stream } });
    for (const tenant of ['a', 'b', 'c', 'd']) registry.count('jobs', 5, { tenant });
    await publish();
    registry.remove('jobs', { tenant: 'a' });
    registry.count('jobs', 2, { tenant: 'c' });
    await publish();
    expect(totalsOf(parseLines(received))).toMatchObject({
      'jobs.tenant.a': 5,
      'jobs.tenant.b': 5,
      'jobs.tenant.c': 7,
      'jobs.tenant.d': 5,
    });
  });

  describe('over TCP', () => {
    it('a restarted server has the exact totals in the end', async () => {
      const server = await startTcpServer();
      const { registry, publish } = publishing({
        client: { host: '127.0.0.1', port: server.port, protocol: 'tcp' },
      });
      const work = (amount: number) => {
        registry.count('orders', amount);
        registry.observe('wait', amount);
        registry.kv('queue', amount);
      };
      work(1);
      await publish();
      await eventually(() => expect(server.totals().orders).toBe(1));
      await server.stop();
      for (const amount of [20, 300]) {
        work(amount);
        await expect(publish()).rejects.toThrow('ECONNREFUSED');
      }
      await server.restart();
      work(4);
      await publish();
      work(5000);
      await publish();
      await eventually(() => expect(server.totals().orders).toBe(5325));
      expect(server.totals()).toMatchObject({
        'wait.count': 5,
        'wait.sum': 5325,
        queue: 5000,
        'queue.max': 5000,
      });
    });

    it('a connection that the server closed does not fail the next publish', async () => {
      const server = await startTcpServer();
      const { registry, publish } = publishing({
        client: { host: '127.0.0.1', port: server.port, protocol: 'tcp' },
      });
      for (const amount of [1, 2, 3]) {
        registry.count('orders', amount);
        await publish();
        await eventually(() => expect(server.totals().orders).toBe((amount * (amount + 1)) / 2));
        await server.drop();
      }
    });
  });

  describe('a publish that fails', () => {
    it('partway is completed by the next one, which sends only the rest', async () => {
      let received = '';
      let packets = 0;
      let failing = (_packet: number): boolean => false;
      const stream = makeStream((packet, done) => {
        const fails = failing(++packets);
        if (!fails) received += packet;
        done(fails ? new Error('cable cut') : undefined);
      });
      const { registry, publish } = publishing({ packetSize: 512, client: { protocol: 'stream', stream } });
      const work = (amount: number) => {
        for (let i = 0; i < 50; i++) registry.count('orders', amount, { shop: i });
        for (let i = 0; i < 20; i++) registry.observe('wait', amount, { shop: i });
      };
      const outcomes: string[] = [];
      const rounds: [amount: number, everyOther: number][] = [
        [1, 2],
        [2, 3],
        [4, 0],
        [8, 5],
        [16, 7],
        [32, 0],
      ];
      for (const [amount, everyOther] of rounds) {
        packets = 0;
        failing = (packet) => everyOther > 0 && packet % everyOther === 0;
        work(amount);
        outcomes.push(await publish().then(() => 'through', () => 'failed')); // prettier-ignore
      }
      expect(outcomes).toEqual(['failed', 'failed', 'through', 'failed', 'failed', 'through']);
      const totals = totalsOf(parseLines(received));
      for (let i = 0; i < 50; i++) expect(totals[`orders.shop.${i}`]).toBe(63);
      for (let i = 0; i < 20; i++) {
        expect([totals[`wait.count.shop.${i}`], totals[`wait.sum.shop.${i}`]]).toEqual([6, 63]);
      }
      expect(totals['process.cpu.user_time']).toBe(2);
    });

    it('because of its timeout waits for its last packet, so that nothing is counted twice', async () => {
      let received = '';
      const held: (() => void)[] = [];
      let isHolding = true;
      const stream = makeStream((packet, done) => {
        received += packet;
        if (isHolding) held.push(done);
        else done();
      });
      const { registry, publish } = publishing({ client: { protocol: 'stream', stream } });
      registry.count('orders', 1);
      const controller = new AbortController();
      const outcome = publish(controller.signal).catch((thrown: unknown) => String(thrown));
      await eventually(() => expect(held).toHaveLength(1));
      controller.abort(new Error('too slow'));
      registry.count('orders', 10);
      expect(await Promise.race([outcome, new Promise((resolve) => setImmediate(resolve, 'pending'))])).toBe(
        'pending',
      );
      isHolding = false;
      for (const done of held) done();
      expect(await outcome).toBe('Error: too slow');
      registry.count('orders', 100);
      await publish();
      expect(totalsOf(parseLines(received)).orders).toBe(111);
    });

    it('because of its timeout while it reads the numbers loses none of them', async () => {
      let received = '';
      const stream = makeStream((packet, done) => {
        received += packet;
        done();
      });
      const { registry, process, source } = makeSource();
      const publisher = statsdPublisher({ client: { protocol: 'stream', stream } }) as WindowPublisher;
      onTestFinished(async () => void (await publisher.afterLastPublish?.()));
      // So many that reading them is interrupted.
      for (let i = 0; i < 300; i++) registry.count('orders', 1, { i });
      registry.observe('wait', 7);
      const view = await source.window('publisher:1', { isKept: true });
      const controller = new AbortController();
      const endTime = () => {
        controller.abort(new Error('too slow'));
        view.giveBack();
      };
      Object.defineProperty(process, 'num_fds', {
        get: () => {
          if (controller.signal.aborted) return 20;
          setImmediate(endTime);
          const end = performance.now() + 10;
          while (performance.now() < end);
          return 20;
        },
      });
      const { signal } = controller;
      await expect(publisher[PUBLISH_WINDOW](view, { signal })).rejects.toThrow('too slow');
      const next = await source.window('publisher:1', { isKept: true });
      await publisher[PUBLISH_WINDOW](next, { signal: new AbortController().signal });
      expect(totalsOf(parseLines(received))).toMatchObject({ 'wait.count': 1, 'wait.sum': 7 });
    });

    it('because the host is unknown is reported over UDP too', async () => {
      const { registry, publish } = publishing({ client: { host: 'statsd.invalid', port: 8125 } });
      registry.count('orders');
      await expect(publish()).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
    });
  });

  describe('a client of the application', () => {
    it.each([0, 600])(
      'with a buffer of %i bytes still sends its own lines, and is not closed',
      async (maxBufferSize) => {
        const agent = await startAgent();
        const client = new StatsD({
          host: '127.0.0.1',
          port: agent.port,
          prefix: 'shop.',
          maxBufferSize,
          sampleRate: 0.001,
        });
        onTestFinished(() => client.close());
        const { registry, publish, close } = publishing({ client });
        client.gauge('own', 1, { sampleRate: 1 });
        for (const round of [1, 2]) {
          registry.count('orders', round);
          registry.kv('drift', -round);
          await publish();
        }
        await close();
        client.gauge('own', 2, { sampleRate: 1 });
        client.flush();
        await eventually(() =>
          expect(agent.totals()).toMatchObject({ 'shop.own': 2, 'shop.orders': 3, 'shop.drift': -2 }),
        );
      },
    );

    it('reports a line that was not sent, which is sent again', async () => {
      let received = '';
      let packets = 0;
      const stream = makeStream((packet, done) => {
        const fails = ++packets === 2;
        if (!fails) received += packet;
        done(fails ? new Error('cable cut') : undefined);
      });
      const client = new StatsD({ protocol: 'stream', stream, maxBufferSize: 1000, errorHandler: () => {} });
      onTestFinished(() => client.close());
      const { registry, publish } = publishing({ client });
      registry.count('orders', 3);
      await expect(publish()).rejects.toThrow('cable cut');
      await publish();
      expect(totalsOf(parseLines(received))).toMatchObject({
        orders: 3,
        'process.cpu.user_time': 2,
        'process.cpu.system_time': 0.5,
      });
    });
  });
});

describe('a series that was removed and created again', () => {
  function streaming() {
    let received = '';
    const sink = { isFailing: (_packet: string) => false };
    const stream = makeStream((packet, done) => {
      const fails = sink.isFailing(packet);
      if (!fails) received += packet;
      done(fails ? new Error('cable cut') : undefined);
    });
    const client = { protocol: 'stream', stream } as const;
    const totals = () => totalsOf(parseLines(received));
    return { ...publishTo(oneRegistry(), { client, packetSize: 512 }), sink, totals };
  }

  it.each([3, 5, 8])('between two publishes is sent from 0: 5 before, and %i after', async (after) => {
    const { registry, publish, totals } = streaming();
    const handle = registry.counter('jobs', { tenant: 'a' });
    handle.inc(5);
    registry.count('mails', 5);
    await publish();
    registry.remove('jobs', { tenant: 'a' });
    registry.clear('mails');
    handle.inc(after);
    registry.count('mails', after);
    await publish();
    await publish();
    expect(totals()).toMatchObject({ 'jobs.tenant.a': 5 + after, mails: 5 + after });
  });

  it('some publishes later is sent from 0', async () => {
    const { registry, publish, totals } = streaming();
    registry.count('jobs', 5);
    await publish();
    registry.remove('jobs');
    await publish();
    registry.count('jobs', 5);
    await publish();
    registry.count('jobs', 1);
    await publish();
    expect(totals()).toMatchObject({ jobs: 11 });
  });

  it('after a publish that failed partway is sent whole', async () => {
    const { registry, publish, sink, totals } = streaming();
    sink.isFailing = (packet) => packet.includes('process.');
    const work = (amount: number) => {
      registry.count('jobs', amount);
      for (let n = 0; n < amount; n++) registry.observe('wait', 1);
    };
    // More than the packet that fails has room for.
    for (let i = 0; i < 60; i++) registry.count('filler', 1, { i });
    work(5);
    await expect(publish()).rejects.toThrow('cable cut');
    expect(totals()).toMatchObject({ jobs: 5, 'wait.count': 5, 'wait.sum': 5 });
    sink.isFailing = () => false;
    registry.remove('jobs');
    registry.remove('wait');
    work(6);
    await publish();
    expect(totals()).toMatchObject({ jobs: 11, 'wait.count': 11, 'wait.sum': 11 });
  });
});

describe('in an application', () => {
  it('a TCP connection is closed with the application', async () => {
    const server = await startTcpServer();
    const publisher = statsdPublisher({ client: { host: '127.0.0.1', port: server.port, protocol: 'tcp' } });
    const { app } = await startApp('express', {
      imports: [MonitorModule.forRoot({ publisher, publishInterval: 20, publishTimeout: 10_000 })],
    });
    app.get(MonitorService).count('orders', 2);
    await eventually(() => expect(server.totals().orders).toBe(2));
    app.get(MonitorService).count('orders', 5);
    await app.close();
    await eventually(() => expect(server.sockets.size).toBe(0));
    expect(server.totals().orders).toBe(7);
  });

  it('all metrics are sent every interval and once at shutdown, and the socket is closed', async () => {
    const agent = await startAgent();
    const sockets = () => process.getActiveResourcesInfo().filter((type) => type === 'UDPWrap').length;
    const publisher = statsdPublisher({
      dialect: 'dogstatsd',
      client: { host: '127.0.0.1', port: agent.port },
    });
    const running = await startApp('fastify', {
      imports: [MonitorModule.forRoot({ publisher, publishInterval: 50, publishTimeout: 10_000 })],
    });
    const { app, log } = running;
    await running.get('/nowhere');
    await eventually(() =>
      expect(agent.totals()).toMatchObject({ requests: 1, 'process.num_fds': expect.any(Number) }),
    );
    app.get(MonitorService).count('orders', 4);
    await app.close();
    await eventually(() => expect(agent.totals()).toMatchObject({ orders: 4 }));
    const packets = agent.packets.length;
    await app.close();
    expect(agent.packets).toHaveLength(packets);
    expect(sockets()).toBe(1);
    expect(log.errors).toEqual([]);
  });

  it('no socket is opened for an application that is never started', () => {
    const before = process.getActiveResourcesInfo();
    MonitorModule.forRoot({ publisher: statsdPublisher({ client: { protocol: 'tcp', port: 1 } }) });
    expect(process.getActiveResourcesInfo()).toEqual(before);
  });
});

it.each<[string, unknown]>([
  ['client', 'statsd.local'],
  ['dialect', 'telegraf'],
  ['packetSize', 100],
  ['host', 'statsd.local'],
])('an invalid option %s throws when the publisher is created', (option, value) => {
  const make = () => statsdPublisher({ [option]: value });
  expect(make).toThrow(MonitorOptionsError);
  expect(make).toThrow(`statsd.${option}`);
});

describe('of several processes', () => {
  it('sends each count once, also when the totals of the one that publishes could not be saved for a while', async () => {
    const agent = await startAgent();
    const directory = mkdtempSync(join(tmpdir(), 'nm-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const start = async () => {
      const monitor = MonitorModule.forRoot({
        publisher: statsdPublisher({ client: { host: '127.0.0.1', port: agent.port } }),
        publishInterval: 100,
        processes: { group: 'g', directory },
      });
      const context = await NestFactory.createApplicationContext(moduleOf({ imports: [monitor] }), {
        logger: new RecordingLogger(),
      });
      onTestFinished(() => context.close());
      return { context, monitor: context.get(MonitorService) };
    };
    const first = await start();
    first.monitor.count('orders', 100);
    await eventually(() => expect(agent.totals().orders).toBe(100));
    const second = await start();
    second.monitor.count('orders', 1000);
    await eventually(() => expect(agent.totals().orders).toBe(1100));

    // A directory in place of its file: not even root can write to it.
    const group = join(directory, 'g');
    const totals = join(group, `${readFileSync(join(group, 'leader-1'), 'utf8')}.totals`);
    rmSync(totals);
    mkdirSync(totals);
    first.monitor.count('orders', 10);
    await eventually(async () => {
      const { counters } = await first.monitor.metrics();
      expect(counters.monitor_failed_publishes).toBeGreaterThanOrEqual(2);
    });
    expect(agent.totals().orders).toBe(1100);
    rmSync(totals, { recursive: true });
    await eventually(() => expect(agent.totals().orders).toBe(1110));
    await first.context.close();
    await second.context.close();
    expect(agent.totals().orders).toBe(1110);
  });
});
