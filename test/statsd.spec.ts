import { StatsD } from 'hot-shots';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Writable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { statsdPublisher } from '../src/exporters/statsd/index.js';
import type { StatsdOptions } from '../src/exporters/statsd/index.js';
import { MonitorModule, MonitorOptionsError, MonitorService } from '../src/index.js';
import type { WindowPublisher } from '../src/metrics/publisher.js';
import { PUBLISH_WINDOW } from '../src/metrics/publisher.js';
import { RegistrySource } from '../src/metrics/source/registry-source.js';
import type { DocumentFacts, ProcessMetrics } from '../src/metrics/collection/snapshot.js';
import { startApp } from './support/app.js';
import { parseLines, startAgent, totalsOf } from './support/dogstatsd.js';
import { TestRegistry } from './support/registry.js';
import { startDaemon } from './support/statsd-daemon.js';

const PROCESS = {
  uptime: 60,
  num_fds: 20,
  max_fds: null,
  meminfo: { rss_bytes: 1000, vsz_bytes: null },
  cpu: { user_time: 2, system_time: 0.5, percent: null, num_threads: 11 },
} satisfies ProcessMetrics;

/** A registry, and a publisher that is called as its runner calls it. */
function publishing(options: StatsdOptions) {
  const registry = new TestRegistry();
  const process = structuredClone(PROCESS);
  const facts = () => ({ process }) as DocumentFacts;
  const source = new RegistrySource(registry, facts);
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

/** Polls until it is so. What goes over UDP is there a little later. */
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 20 });

describe.each(['udp', 'tcp'] as const)('the original statsd, over %s', (protocol) => {
  it('has the totals of all counters after several publishes, and what the gauges say', async () => {
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
  it('has labels as tags, beside those that all lines have', async () => {
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
    // A Datadog agent takes -5 for a value: there is no way by 0.
    expect(agent.samples().filter(({ name }) => name === 'drift')).toHaveLength(1);
  });

  it('no name, label or value of anybody ends a line or begins another', async () => {
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

  it('a counter that has not grown is not sent again, and one that has never grown is sent once', async () => {
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

/** A server that keeps what it gets, and can go away and come back on the same port. */
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

describe('over TCP', () => {
  it('a server that goes away and comes back has the exact totals in the end', async () => {
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

  it('a connection that the server has closed meanwhile costs no publish', async () => {
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

  it('the connection ends with the application', async () => {
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
});

/**
 * A stream that does with each packet as it is told. It is none of Node's, since those take nothing more after a write
 * that failed.
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

describe('a publish that fails half way', () => {
  it('has the next one send what did not get out, and nothing else', async () => {
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
    for (const [amount, everyOther] of [
      [1, 2],
      [2, 3],
      [4, 0],
      [8, 5],
      [16, 7],
      [32, 0],
    ]) {
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

  it('whose time is up waits for what becomes of its last packet, and counts nothing twice', async () => {
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

  it('because the host cannot be found is known over UDP, too', async () => {
    const { registry, publish } = publishing({ client: { host: 'statsd.invalid', port: 8125 } });
    registry.count('orders');
    await expect(publish()).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('a client of the application', () => {
  it.each([0, 600])(
    'is used with a buffer of %i bytes, sends what it had itself, and stays open',
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

  it('tells of a line that did not get out, which is sent again', async () => {
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

describe('in an application', () => {
  it('everything goes out every interval and once more at the end, and no socket is left', async () => {
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

  it('an application that never starts opens nothing', () => {
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
])('an option %s that cannot be is refused at once', (option, value) => {
  const make = () => statsdPublisher({ [option]: value });
  expect(make).toThrow(MonitorOptionsError);
  expect(make).toThrow(`statsd.${option}`);
});
