import type {
  ArgumentsHost,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  INestApplicationContext,
} from '@nestjs/common';
import {
  Catch,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  Param,
  ParseIntPipe,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Transport } from '@nestjs/microservices';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricsSnapshot, MonitorOptions } from '../src/index.js';
import { MonitorController, MonitorModule, MonitorPort, MonitorService } from '../src/index.js';
import { ADAPTERS, adapterOf, moduleOf, startApp } from './support/app.js';
import { requestBytes, sendRaw, statusesOf } from './support/raw-http.js';
import { RecordingLogger } from './support/recording-logger.js';
import { NEEDS_IPV6 } from './support/tools.js';

const SCRIPT = new URL('scripts/port.mjs', import.meta.url);

function urlOf(app: INestApplicationContext): string {
  const { url } = app.get(MonitorPort);
  if (url === undefined) throw new Error('The monitor has no port of its own.');
  return url;
}

const portOf = (app: INestApplicationContext) => Number(new URL(urlOf(app)).port);

async function read(app: INestApplicationContext): Promise<MetricsSnapshot> {
  return (await (await fetch(urlOf(app))).json()) as MetricsSnapshot;
}

/** Whether something listens there. */
async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function startContext(options: MonitorOptions) {
  const log = new RecordingLogger();
  const context = await NestFactory.createApplicationContext(
    moduleOf({ imports: [MonitorModule.forRoot(options)] }),
    { logger: log, abortOnError: false },
  );
  onTestFinished(() => context.close());
  return { context, log };
}

describe.each(ADAPTERS)('with a port of its own, on %s, the endpoint', (adapter) => {
  const start = (options: MonitorOptions = {}) =>
    startApp(adapter, { imports: [MonitorModule.forRoot({ port: 0, ...options })] });

  it('is served there, and no longer on the port of the application', async () => {
    const running = await start();
    expect(urlOf(running.app)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/monitor$/);
    expect(portOf(running.app)).not.toBe(running.port);
    running.app.get(MonitorService).count('orders');
    expect((await read(running.app)).counters.orders).toBe(1);
    for (const path of ['/monitor', '/monitor/prometheus'])
      expect((await running.get(path)).status).toBe(404);
    expect((await fetch(new URL('/other', urlOf(running.app)))).status).toBe(404);
  });

  it('can be configured by a factory, with the option path', async () => {
    const monitor = MonitorModule.forRootAsync({ useFactory: () => ({ port: 0, path: '/ops/metrics/' }) });
    const running = await startApp(adapter, { imports: [monitor] });
    expect(urlOf(running.app)).toMatch(/\/ops\/metrics$/);
    expect((await read(running.app)).counters.requests).toBe(0);
    running.app.get(MonitorService).count('orders');
    const prometheus = await fetch(`${urlOf(running.app)}/prometheus`);
    expect([prometheus.status, await prometheus.text()]).toEqual([
      200,
      expect.stringContaining('\norders_total 1\n'),
    ]);
    for (const path of ['/ops/metrics', '/ops/metrics/prometheus', '/monitor', '/prometheus', '/'])
      expect((await running.get(path)).status).toBe(404);
  });

  it('is not affected by guards, pipes, interceptors, filters and the prefix of the application', async () => {
    @Injectable()
    class Closed implements CanActivate {
      canActivate(): boolean {
        return false;
      }
    }
    @Catch()
    class Translator implements ExceptionFilter {
      catch(_thrown: unknown, host: ArgumentsHost): void {
        host.switchToHttp().getResponse<{ send(body: string): void }>().send('translated');
      }
    }
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot({ port: 0 })] }, (app) =>
      app
        .setGlobalPrefix('api')
        .useGlobalGuards(new Closed())
        .useGlobalFilters(new Translator())
        .enableCors(),
    );
    const response = await fetch(urlOf(running.app), { headers: { 'Sec-Fetch-Site': 'none' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it('has the same guard with the same options', async () => {
    const token = 'x'.repeat(20);
    const running = await start({ token });
    const ask = async (...headers: string[]) =>
      statusesOf(await sendRaw(portOf(running.app), requestBytes('GET', '/monitor', headers)));
    expect(await ask()).toEqual([200]);
    expect(await ask('X-Forwarded-For: 8.8.8.8')).toEqual([403]);
    expect(await ask('Sec-Fetch-Site: cross-site')).toEqual([403]);
    expect(await ask('X-Forwarded-For: 8.8.8.8', `Authorization: Bearer ${token}`)).toEqual([200]);
    expect(running.log.warnings).toHaveLength(2);
  });

  it('does not count its own requests as requests of the application', async () => {
    const running = await start();
    await read(running.app);
    await running.get('/nowhere');
    expect((await read(running.app)).counters.requests).toBe(1);
  });

  it('uses the same kind of adapter as the application', async () => {
    const running = await start();
    const answer = await sendRaw(portOf(running.app), requestBytes('GET', '/nowhere'));
    expect(answer).toContain('Cannot GET /nowhere');
    expect(/^etag: /im.test(answer)).toBe(adapter === 'express');
  });

  it('serves a subclass of the application with its dependencies, routes, guards, pipes, interceptors and filters', async () => {
    @Injectable()
    class Settings {
      readonly queue = 'mail';
    }
    @Injectable()
    class Doorman implements CanActivate {
      constructor(@Inject(Settings) private readonly settings: Settings) {}

      canActivate(context: ExecutionContext): boolean {
        const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>();
        if (headers['x-queue'] === this.settings.queue) return true;
        throw new ForbiddenException('no queue');
      }
    }
    class Mine extends MonitorController {
      @Inject(Settings) private readonly settings!: Settings;
      #asked = 0;

      @Get('queue/:id')
      @UseGuards(Doorman)
      queue(@Param('id', ParseIntPipe) id: number) {
        return this.describe(id);
      }

      private describe(id: number) {
        return { queue: this.settings.queue, id, asked: ++this.#asked };
      }
    }
    const settings = moduleOf({ providers: [Settings], exports: [Settings] });
    const monitor = MonitorModule.forRootAsync({
      imports: [settings],
      controller: Mine,
      useFactory: () => ({ port: 0 }),
    });
    const running = await startApp(adapter, { imports: [monitor] });
    const ask = (path: string, queue: string, headers: object = {}) =>
      fetch(urlOf(running.app) + path, { headers: { 'X-Queue': queue, ...headers } });
    expect(await (await ask('/queue/7', 'mail')).json()).toEqual({ queue: 'mail', id: 7, asked: 1 });
    expect(await (await ask('/queue/7', 'mail')).json()).toEqual({ queue: 'mail', id: 7, asked: 2 });
    expect((await ask('/queue/x', 'mail')).status).toBe(400);
    expect((await ask('/queue/7', 'fax')).status).toBe(403);
    expect((await ask('/queue/7', 'mail', { Via: '1.1 proxy' })).status).toBe(403);
    expect((await ask('', '')).status).toBe(200);
    expect((await running.get('/monitor/queue/7', { headers: { 'X-Queue': 'mail' } })).status).toBe(404);
  });

  it('does not change the logger of the application, and logs its address once', async () => {
    const lines: string[] = [];
    class Lines extends RecordingLogger {
      override log(...message: unknown[]): void {
        lines.push(message.join(' '));
      }
    }
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot({ port: 0 })] }, () => {}, {
      logger: new Lines(),
    });
    expect(lines.filter((line) => line.includes(urlOf(running.app)))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('Starting Nest application'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('Nest application successfully started'))).toHaveLength(1);
    expect(running.log.errors).toEqual([]);
  });

  it('logs its errors under its own context, not under that of the application', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const names: unknown[] = [];
    class Names extends RecordingLogger {
      override error(_message: unknown, ...more: unknown[]): void {
        names.push(more.at(-1));
      }
    }
    const root = moduleOf({ imports: [MonitorModule.forRoot({ port })] });
    const options = { logger: new Names(), abortOnError: false };
    const app = await NestFactory.create(root, adapterOf(adapter), options);
    onTestFinished(() => app.close());
    await expect(app.init()).rejects.toThrow(/EADDRINUSE/);
    expect(names).toEqual(['MonitorPort']);
  });

  it('closes with the application, whatever connections clients keep open, also when close() is called twice', async () => {
    const running = await start();
    const port = portOf(running.app);
    const idle = connect(port, '127.0.0.1');
    const half = connect(port, '127.0.0.1', () => half.write('GET /monitor HTTP/1.1\r\nHost: local'));
    const kept = connect(port, '127.0.0.1', () =>
      kept.write('GET /monitor HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    );
    const ended = [idle, half, kept].map((socket: Socket) =>
      once(
        socket.on('error', () => {}),
        'close',
      ),
    );
    await once(kept, 'data');
    await running.app.close();
    await Promise.all(ended);
    await running.app.close();
    expect(await isOpen(port)).toBe(false);
    expect(running.app.get(MonitorPort).url).toBeUndefined();
  });

  it('can be read until the last shutdown hook', async () => {
    const statuses: number[] = [];
    @Injectable()
    class Draining {
      constructor(@Inject(MonitorPort) private readonly port: MonitorPort) {}

      async onApplicationShutdown(): Promise<void> {
        statuses.push((await fetch(this.port.url ?? '')).status);
      }
    }
    const running = await startApp(adapter, {
      imports: [MonitorModule.forRoot({ port: 0 })],
      providers: [Draining],
    });
    await running.app.close();
    expect(statuses).toEqual([200]);
  });

  it('is not left open by an application that is closed while it starts, or never started', async () => {
    const root = moduleOf({ imports: [MonitorModule.forRoot({ port: 0 })] });
    const never = await NestFactory.create(root, adapterOf(adapter), { logger: false });
    await never.close();
    await never.close();
    const app = await NestFactory.create(root, adapterOf(adapter), { logger: false });
    const port = app.get(MonitorPort);
    await Promise.allSettled([app.init(), app.close()]);
    await app.close();
    expect(port.url).toBeUndefined();
  });

  it('fails the start with a clear error if the port is in use, and leaves nothing running', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot({ port })] }),
      adapterOf(adapter),
      { logger: false, abortOnError: false },
    );
    onTestFinished(() => app.close());
    await expect(app.listen(0, '127.0.0.1')).rejects.toThrow(
      new RegExp(`port ${port} of 127\\.0\\.0\\.1 \\(the options "port" and "bindAddress"\\): .*EADDRINUSE`),
    );
    expect((app.getHttpServer() as { listening: boolean }).listening).toBe(false);
  });
});

describe('an application without HTTP', () => {
  it('has an endpoint too: a standalone context', async () => {
    const { context, log } = await startContext({ port: 0 });
    context.get(MonitorService).count('jobs');
    expect((await read(context)).counters).toMatchObject({ jobs: 1, requests: 0 });
    expect(log.warnings).toEqual([]);
    const port = portOf(context);
    await context.close();
    expect(await isOpen(port)).toBe(false);
  });

  it('has an endpoint too: a microservice', async () => {
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(
      moduleOf({ imports: [MonitorModule.forRoot({ port: 0 })] }),
      { logger: false, transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
    );
    onTestFinished(() => app.close());
    await app.listen();
    expect((await read(app)).counters.requests).toBe(0);
    const port = portOf(app);
    await app.close();
    expect(await isOpen(port)).toBe(false);
  });

  it('ends by itself when a script has nothing left to do', async () => {
    const child = spawn(process.execPath, [fileURLToPath(SCRIPT)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect([code, output]).toEqual([0, '200 0\n']);
  });

  it.each([
    ['is served by the adapter that is installed', '@nestjs/platform-express', [0, '200 0\n', '']],
    [
      'is served by no adapter, and the error says which packages to install',
      '@nestjs/platform-express,@nestjs/platform-fastify',
      [
        1,
        '',
        expect.stringMatching(/neither is installed\. Install one: npm install @nestjs\/platform-express/),
      ],
    ],
  ])('%s', async (_how, missing, ended) => {
    const hooks = fileURLToPath(new URL('scripts/without-adapters.mjs', import.meta.url));
    const child = spawn(process.execPath, ['--import', hooks, fileURLToPath(SCRIPT)], {
      env: { ...process.env, MISSING: missing },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    expect([code, output, errors]).toEqual(ended);
  });

  it('has an endpoint too: a worker thread', async () => {
    const worker = new Worker(SCRIPT);
    const [[said], [code]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    expect([said, code]).toEqual(['200 0', 0]);
  });

  it('fails with a clear error if the port is in use', async () => {
    const { context } = await startContext({ port: 0 });
    await expect(startContext({ port: portOf(context) })).rejects.toThrow(/EADDRINUSE/);
  });

  it('has it again at once after a hot reload, which does not wait for the previous application to close', async () => {
    const first = await startContext({ port: 0 });
    const port = portOf(first.context);
    await first.context.close();
    let context: INestApplicationContext | undefined;
    for (let reload = 0; reload < 3; reload += 1) {
      const closing = context?.close();
      const next = await startContext({ port });
      await closing;
      expect((await read(next.context)).counters.requests).toBe(0);
      expect(next.log.warnings).toEqual(
        reload === 0
          ? []
          : [expect.stringContaining(`Port ${port} is in use by another monitor of this process.`)],
      );
      ({ context } = next);
    }
    await context?.close();
    expect(await isOpen(port)).toBe(false);
    expect(Object.getOwnPropertySymbols(globalThis).map(String)).not.toContain(
      'Symbol(nestjs-monitor.ports.1)',
    );
  });

  it('does not wait for another monitor of the process once it is closed itself', async () => {
    const free = await startContext({ port: 0 });
    const port = portOf(free.context);
    await free.context.close();
    const { context } = await startContext({ port });
    const second = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot({ port })] }),
      adapterOf('express'),
      { logger: false, abortOnError: false },
    );
    await Promise.allSettled([second.init(), second.close()]);
    expect(second.get(MonitorPort).url).toBeUndefined();
    expect((await read(context)).counters.requests).toBe(0);
  });

  it('can listen to other machines, which the guard refuses by default', async () => {
    const { context } = await startContext({ port: 0, bindAddress: '0.0.0.0' });
    expect(await fetch(urlOf(context)).then(({ status }) => status)).toBe(200);
  });

  it.skipIf(NEEDS_IPV6.isMissing)(`can listen on an IPv6 address${NEEDS_IPV6.reason}`, async () => {
    const six = await startContext({ port: 0, bindAddress: '::1' });
    expect(urlOf(six.context)).toMatch(/^http:\/\/\[::1\]:\d+\/monitor$/);
    expect((await read(six.context)).counters.requests).toBe(0);
  });

  it('fails the start with a clear error for a request-scoped controller', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    class Mine extends MonitorController {
      @Inject(PerRequest) readonly perRequest!: PerRequest;
    }
    const imports = [moduleOf({ providers: [PerRequest], exports: [PerRequest] })];
    const monitor = MonitorModule.forRootAsync({
      imports,
      controller: Mine,
      useFactory: () => ({ port: 0 }),
    });
    const starting = NestFactory.createApplicationContext(moduleOf({ imports: [monitor] }), {
      logger: false,
      abortOnError: false,
    });
    await expect(starting).rejects.toThrow(/scoped/);
  });
});
