import type { CallHandler, CanActivate, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Controller, Get, Injectable, SetMetadata, UseGuards, VersioningType } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { map } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { MetricsSnapshot, MonitorOptions } from '../src/index.js';
import { MonitorController, MonitorModule, MonitorService } from '../src/index.js';
import { ADAPTERS, startApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { requestBytes, sendRaw } from './support/raw-http.js';
import { present } from './support/present.js';
import { NEEDS_LINUX } from './support/tools.js';

/** Wraps every response, as many applications do. */
class Envelope implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ success: true, data })));
  }
}

const WRAPPED = { provide: APP_INTERCEPTOR, useClass: Envelope };

@Controller('cats')
class CatsController {
  @Get()
  all(): string[] {
    return [];
  }
}

/** Every path of keys in a document. */
function keyPaths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, child]) => keyPaths(child, prefix ? `${prefix}.${key}` : key));
}

describe.each(ADAPTERS)('the document on %s', (adapter) => {
  const start = (options?: MonitorOptions) =>
    startApp(adapter, { imports: [MonitorModule.forRoot(options)], controllers: [CatsController] });

  it('has the keys of µtornadomon, and additional ones', async () => {
    const running = await start({ measureInterval: 1 });
    await eventually(async () => expect((await running.document()).counters.callbacks).toBeGreaterThan(0));
    const gauges = ['ioloop_excess_callback_latency', 'ioloop_handlers', 'ioloop_pending_callbacks'];
    const ownGauges = [
      'array_buffers_bytes',
      'eventloop_utilization',
      'external_bytes',
      'heap_limit_bytes',
      'heap_total_bytes',
      'heap_used_bytes',
    ];
    // The extremes of gauges that the timer sets are there if it has ticked since the last read.
    await eventually(async () => {
      const { histograms: _taken, ...document } = await running.document();
      const paths = keyPaths(document).filter((path) => !path.includes('{') && !/^\w+\.http_/.test(path));
      expect(paths).toEqual([
        'process.uptime',
        'process.num_fds',
        'process.max_fds',
        'process.meminfo.rss_bytes',
        'process.meminfo.vsz_bytes',
        'process.cpu.user_time',
        'process.cpu.system_time',
        'process.cpu.percent',
        'process.cpu.num_threads',
        'instance.pid',
        'instance.hostname',
        'instance.start_time',
        'instance.node_version',
        'instance.worker_id',
        'counters.callback_duration',
        'counters.callbacks',
        'counters.callbacks_processed',
        'counters.localhost_requests',
        'counters.private_requests',
        'counters.requests',
        ...['gauges', 'max_gauges', 'min_gauges'].flatMap((section) =>
          [...gauges, ...ownGauges].sort().map((name) => `${section}.${name}`),
        ),
      ]);
    });
    const { histograms } = await running.document();
    expect(Object.keys(histograms).filter((name) => !name.startsWith('http_'))).toEqual([
      'eventloop_delay',
      'gc_duration{kind="incremental"}',
      'gc_duration{kind="major"}',
      'gc_duration{kind="minor"}',
      'gc_duration{kind="weakcb"}',
    ]);
  });

  it('has a number in every field from the start', async () => {
    const running = await start();
    const { process, counters, gauges, max_gauges, min_gauges } = await running.document();
    const { percent, ...cpu } = process.cpu;
    // null in the first second.
    expect(percent ?? 0).toBeGreaterThanOrEqual(0);
    for (const values of [process.meminfo, cpu, counters, gauges, max_gauges, min_gauges]) {
      expect(Object.keys(values).length).toBeGreaterThan(0);
      for (const value of Object.values(values)) expect(value).toEqual(expect.any(Number));
    }
  });

  it('has the id, host, start and versions of the process in instance', async () => {
    const running = await start();
    const earliest = Date.now();
    const { instance, process } = await running.document();
    const latest = Date.now();
    expect(instance).toEqual({
      pid: globalThis.process.pid,
      hostname: hostname(),
      start_time: expect.any(String) as string,
      node_version: globalThis.process.version,
      worker_id: null,
    });
    const uptime = process.uptime! * 1000;
    // The wall clock and the one of the uptime are not read at the same moment.
    expect(Date.parse(instance.start_time)).toBeGreaterThan(earliest - uptime - 1000);
    expect(Date.parse(instance.start_time)).toBeLessThan(latest - uptime + 1000);
    expect((await running.document()).instance).toEqual(instance);
  });

  it.skipIf(NEEDS_LINUX.isMissing)(
    `has the same values for the process as /proc${NEEDS_LINUX.reason}`,
    async () => {
      const running = await start();
      const earliest = globalThis.process.uptime();
      const { process } = await running.document();
      const task = readdirSync('/proc/self/task').length;
      expect(process.cpu.num_threads).toBeGreaterThanOrEqual(task - 2);
      expect(process.cpu.num_threads).toBeLessThanOrEqual(task + 2);
      expect(process.uptime).toBeGreaterThanOrEqual(earliest);
      expect(process.meminfo.rss_bytes).toBeGreaterThan(20e6);
      expect(process.meminfo.vsz_bytes).toBeGreaterThan(present(process.meminfo.rss_bytes));
      expect(process.cpu.user_time).toBeGreaterThan(0);
    },
  );

  it('has the counters and gauges of the application', async () => {
    const running = await start();
    const monitor = running.app.get(MonitorService);
    monitor.count('orders', 2);
    monitor.kv('queue_length', 5);
    monitor.set('queue_length', 9);
    monitor.kv('queue_length', 2);
    expect(await running.document()).toMatchObject({
      counters: { orders: 2 },
      gauges: { queue_length: 2 },
      max_gauges: { queue_length: 9 },
      min_gauges: { queue_length: 2 },
    });
    const again = await running.document();
    expect(again.gauges).toHaveProperty('queue_length', 2);
    expect(again.max_gauges).not.toHaveProperty('queue_length');
    expect(again.min_gauges).not.toHaveProperty('queue_length');
  });

  it('has labelled series under their canonical names, and histograms', async () => {
    const running = await start();
    const monitor = running.app.get(MonitorService);
    monitor.count('orders', 2, { kind: 'gift', country: 'DK' });
    monitor.observe('order_total', 12.5, { kind: 'gift' });
    monitor.gauge('pool_size', () => 4, { pool: 'db' });
    await monitor.time('load', () => Promise.resolve());
    const { counters, gauges, histograms } = await running.document();
    expect(counters).toHaveProperty(['orders{country="DK",kind="gift"}'], 2);
    expect(gauges).toHaveProperty(['pool_size{pool="db"}'], 4);
    expect(histograms).toMatchObject({
      load: { count: 1 },
      'order_total{kind="gift"}': { count: 1, sum: 12.5, min: 12.5, max: 12.5, p50: 12.5, p999: 12.5 },
    });
  });

  it('is complete with a hundred thousand series, and equal to metrics()', async () => {
    const running = await start({ maxSeries: 200_000 });
    const monitor = running.app.get(MonitorService);
    for (let i = 0; i < 100_000; i++) monitor.count(i % 2 === 0 ? 'even' : 'odd', i, { i });
    const { counters } = await running.document();
    const names = Object.keys(counters).filter((name) => name.includes('{i='));
    expect(names).toHaveLength(100_000);
    expect(names).toEqual([...names].sort());
    expect(counters['odd{i="99999"}']).toBe(99_999);
    const { counters: given } = await monitor.metrics();
    expect(names.every((name) => given[name] === counters[name])).toBe(true);
  });

  it('keeps its window for the next read when the client disconnects before the end', async () => {
    const running = await start({ maxSeries: 200_000 });
    const monitor = running.app.get(MonitorService);
    for (let i = 0; i < 50_000; i++) monitor.count(`many ${'x'.repeat(150)}`, i, { i });
    monitor.kv('queue_length', 7);
    for (let i = 0; i < 3; i++) {
      const abort = new AbortController();
      const answer = await running.get('/monitor', { signal: abort.signal });
      abort.abort();
      await expect(answer.text()).rejects.toThrow();
    }
    await eventually(async () =>
      expect((await running.document()).max_gauges).toHaveProperty('queue_length', 7),
    );
    expect(running.log.errors).toEqual([]);
  });

  it('is aborted for a client that stops reading, and its window is kept for the next read', async () => {
    const running = await start({ maxSeries: 200_000 });
    const monitor = running.app.get(MonitorService);
    for (let i = 0; i < 80_000; i++) monitor.count(`many ${'x'.repeat(150)}`, i, { i });
    monitor.kv('queue_length', 7);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const socket = connect(running.port, '127.0.0.1', () => socket.write(requestBytes('GET', '/monitor')));
    onTestFinished(() => void socket.destroy());
    await once(socket, 'data');
    socket.pause();
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    await eventually(async () =>
      expect((await running.document()).max_gauges).toHaveProperty('queue_length', 7),
    );
  });

  it('does not change the window of any other reader', async () => {
    const running = await start();
    const monitor = running.app.get(MonitorService);
    monitor.kv('queue_length', 7);
    await running.document();
    expect((await monitor.metrics()).max_gauges).toHaveProperty('queue_length', 7);
    expect((await monitor.metrics('mine')).max_gauges).toHaveProperty('queue_length', 7);
    expect((await monitor.metrics('mine')).max_gauges).not.toHaveProperty('queue_length');
  });

  it('has a separate window for each named reader', async () => {
    const running = await start();
    running.app.get(MonitorService).kv('queue_length', 7);
    expect((await running.document('/monitor?reader=one')).max_gauges).toHaveProperty('queue_length', 7);
    expect((await running.document('/monitor?reader=two')).max_gauges).toHaveProperty('queue_length', 7);
    expect((await running.document()).max_gauges).toHaveProperty('queue_length', 7);
    expect((await running.document('/monitor?reader=one')).max_gauges).not.toHaveProperty('queue_length');
  });

  it.each(['', ' ', 'a%20b', '%00', 'x'.repeat(51), '..%2f'.repeat(20)])(
    'rejects the reader name %j',
    async (name) => {
      const running = await start();
      const answer = await running.get(`/monitor?x=1&reader=${name}`);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toMatch(/^The reader in the query/);
    },
  );

  it('answers HEAD without opening a window', async () => {
    const running = await start();
    running.app.get(MonitorService).kv('queue_length', 7);
    const head = await running.get('/monitor', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await sendRaw(running.port, requestBytes('HEAD', '/monitor'))).toMatch(/\r\n\r\n$/);
    expect((await running.document()).max_gauges).toHaveProperty('queue_length', 7);
  });

  it('is JSON with headers against caching and content sniffing', async () => {
    const running = await start();
    const { headers } = await running.get('/monitor');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is not wrapped by global interceptors of the application', async () => {
    const running = await startApp(adapter, {
      imports: [MonitorModule.forRoot()],
      controllers: [CatsController],
      providers: [WRAPPED],
    });
    expect(await (await running.get('/cats')).json()).toEqual({ success: true, data: [] });
    expect(Object.keys(await running.document())).toEqual([
      'process',
      'instance',
      'eventloop_blocks',
      'counters',
      'gauges',
      'max_gauges',
      'min_gauges',
      'histograms',
    ]);
  });

  it('is at /monitor when the routes of the application have a version', async () => {
    const running = await startApp(
      adapter,
      { imports: [MonitorModule.forRoot()], controllers: [CatsController] },
      (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    );
    expect((await running.get('/v1/cats')).status).toBe(200);
    expect((await running.get('/monitor')).status).toBe(200);
    expect((await running.get('/v1/monitor')).status).toBe(404);
  });

  it('follows the global prefix', async () => {
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot()] }, (app) =>
      app.setGlobalPrefix('api'),
    );
    expect((await running.get('/api/monitor')).status).toBe(200);
    expect((await running.get('/monitor')).status).toBe(404);
  });

  it('ignores a global prefix that excludes it', async () => {
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot()] }, (app) =>
      app.setGlobalPrefix('api', { exclude: ['monitor'] }),
    );
    expect((await running.get('/monitor')).status).toBe(200);
    expect((await running.get('/api/monitor')).status).toBe(404);
  });

  it('is protected by a global guard, and public with the decorator that the application uses for public routes', async () => {
    const Public = () => SetMetadata('public', true);
    @Injectable()
    class Login implements CanActivate {
      constructor(private readonly reflector: Reflector) {}

      canActivate(context: ExecutionContext): boolean {
        const open = this.reflector.getAllAndOverride<unknown>('public', [
          context.getHandler(),
          context.getClass(),
        ]);
        return open === true;
      }
    }
    @Public()
    class Open extends MonitorController {}
    const providers = [{ provide: APP_GUARD, useClass: Login }];
    const closed = await startApp(adapter, { imports: [MonitorModule.forRoot()], providers });
    expect((await closed.get('/monitor')).status).toBe(403);
    const open = await startApp(adapter, {
      imports: [MonitorModule.forRoot({ controller: Open })],
      providers,
    });
    expect((await open.get('/monitor')).status).toBe(200);
    expect((await open.get('/monitor', { headers: { 'X-Forwarded-For': '10.0.0.1' } })).status).toBe(403);
  });

  it.each(['status', '/status', '/internal/status/', 'internal/v1.0/status'])(
    'is at the configured path %s',
    async (path) => {
      const running = await start({ path });
      expect((await running.get(`/${path.replace(/^\/|\/$/g, '')}`)).status).toBe(200);
      expect((await running.get('/monitor')).status).toBe(404);
    },
  );

  it('is on the configured virtual host only', async () => {
    const running = await start({ host: 'monitor.localhost' });
    const ask = (host: string) =>
      sendRaw(running.port, requestBytes('GET', '/monitor').replace('Host: 127.0.0.1', `Host: ${host}`));
    expect(await ask('monitor.localhost')).toMatch(/^HTTP\/1.1 200/);
    expect(await ask('www.localhost')).toMatch(/^HTTP\/1.1 404/);
  });

  it('is not served with controller: false', async () => {
    const running = await start({ controller: false });
    expect((await running.get('/monitor')).status).toBe(404);
    expect((await running.app.get(MonitorService).metrics()).counters.requests).toBe(1);
  });

  it('can be served by a subclass of the controller, with its own guards and routes', async () => {
    @Injectable()
    class Closed implements CanActivate {
      canActivate(): boolean {
        return false;
      }
    }
    class Mine extends MonitorController {
      @Get('queue')
      async queue(): Promise<unknown> {
        return { length: (await this.monitor.metrics('queue')).gauges.queue_length };
      }

      @Get('closed')
      @UseGuards(Closed)
      closed(): void {}
    }
    const running = await start({ controller: Mine, path: 'status' });
    running.app.get(MonitorService).kv('queue_length', 3);
    expect((await running.get('/status')).status).toBe(200);
    expect(await (await running.get('/status/queue')).json()).toEqual({ length: 3 });
    expect((await running.get('/status/closed')).status).toBe(403);
    expect((await running.get('/status/queue', { headers: { 'X-Forwarded-For': '10.0.0.1' } })).status).toBe(
      403,
    );
  });
});

describe.skipIf(NEEDS_LINUX.isMissing)(
  `the document of a process without free descriptors${NEEDS_LINUX.reason}`,
  () => {
    it('has null for fields that need a descriptor, and values for all others', () => {
      const script = fileURLToPath(new URL('scripts/no-descriptors.mjs', import.meta.url));
      const command = ['-c', 'ulimit -n 1024; exec "$0" "$1"', process.execPath, script];
      const { stdout, stderr } = spawnSync('sh', command, { encoding: 'utf8' });
      expect(stderr).toBe('');
      const said = JSON.parse(stdout) as { code: string; before: MetricsSnapshot; metrics: MetricsSnapshot };
      // Node cannot read the RSS without a descriptor, but the monitor has /proc/self/stat open already.
      const rssOf = ({ process }: MetricsSnapshot) => present(process.meminfo.rss_bytes);
      const ratio = rssOf(said.metrics) / rssOf(said.before);
      expect(ratio).toBeGreaterThan(0.7);
      expect(ratio).toBeLessThan(1.4);
      expect(said).toMatchObject({
        code: 'EMFILE',
        metrics: {
          process: {
            uptime: expect.any(Number) as number,
            num_fds: expect.toBeOneOf([1024, null]) as number | null,
            meminfo: { vsz_bytes: expect.any(Number) as number },
            cpu: { user_time: expect.any(Number) as number, num_threads: expect.any(Number) as number },
          },
          counters: { requests: 0 },
        },
      });
    });
  },
);

describe.skipIf(NEEDS_LINUX.isMissing)(
  `a process that starts without free descriptors${NEEDS_LINUX.reason}`,
  () => {
    it('starts, and has all values as soon as descriptors are free', () => {
      const script = fileURLToPath(new URL('scripts/no-descriptors-at-start.mjs', import.meta.url));
      const command = ['-c', 'ulimit -n 1024; exec "$0" "$1"', process.execPath, script];
      const { stdout, stderr } = spawnSync('sh', command, { encoding: 'utf8' });
      expect(stderr).toBe('');
      const number = expect.any(Number) as number;
      expect(JSON.parse(stdout)).toMatchObject({
        without: {
          uptime: number,
          meminfo: { vsz_bytes: null },
          cpu: { user_time: number, num_threads: null },
        },
        after: {
          uptime: number,
          num_fds: number,
          meminfo: { rss_bytes: number, vsz_bytes: number },
          cpu: { num_threads: number },
        },
      });
    });
  },
);

describe('the document by inject() on fastify', () => {
  it('opens a window like a request over a socket', async () => {
    const running = await startApp('fastify', { imports: [MonitorModule.forRoot()] });
    const app = running.app as NestFastifyApplication;
    running.app.get(MonitorService).kv('queue_length', 7);
    expect((await app.inject('/monitor')).json<MetricsSnapshot>().max_gauges).toHaveProperty(
      'queue_length',
      7,
    );
    expect((await app.inject('/monitor')).json<MetricsSnapshot>().max_gauges).not.toHaveProperty(
      'queue_length',
    );
  });
});
