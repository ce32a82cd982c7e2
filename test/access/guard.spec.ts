import type {
  ArgumentsHost,
  BeforeApplicationShutdown,
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
} from '@nestjs/common';
import {
  Catch,
  Controller,
  Get,
  Inject,
  Injectable,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage, Server } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AccessDecision, MonitorOptions } from '../../src/index.js';
import {
  LoopbackGuard,
  MonitorController,
  MonitorModule,
  MonitorOptionsError,
  MonitorPort,
  MonitorService,
} from '../../src/index.js';
import { ADAPTERS, moduleOf, startApp } from '../support/app.js';
import { requestBytes, sendRaw, statusesOf } from '../support/raw-http.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { collectGarbage } from '../support/collect-garbage.js';

const PATHS = ['/monitor', '/monitor/prometheus'];
const FORWARDED = { headers: { 'X-Forwarded-For': '8.8.8.8' } };

describe.each(ADAPTERS)('the guard of the monitor on %s', (adapter) => {
  const start = (options: MonitorOptions = {}) =>
    startApp(adapter, { imports: [MonitorModule.forRoot(options)] });

  describe('answers a refused request', () => {
    it('without the filters and interceptors of the application, which could change the answer', async () => {
      const caught: unknown[] = [];
      @Catch()
      class Translator implements ExceptionFilter {
        catch(thrown: unknown, host: ArgumentsHost): void {
          caught.push(thrown);
          host.switchToHttp().getResponse<{ send(body: unknown): void }>().send({ pid: process.pid });
        }
      }
      @Injectable()
      class Wrapper implements NestInterceptor {
        intercept(_context: ExecutionContext, next: CallHandler) {
          caught.push('intercepted');
          return next.handle();
        }
      }
      const running = await startApp(adapter, {
        imports: [MonitorModule.forRoot()],
        providers: [
          { provide: APP_FILTER, useClass: Translator },
          { provide: APP_INTERCEPTOR, useClass: Wrapper },
        ],
      });
      const response = await running.get('/monitor', FORWARDED);
      expect([response.status, await response.text()]).toEqual([403, 'Forbidden\n']);
      expect(caught).toEqual([]);
    });

    it('with headers that forbid caching, content sniffing and use by another origin', async () => {
      const running = await start();
      for (const init of [{}, FORWARDED]) {
        const { headers } = await running.get('/monitor', init);
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });

    it('without a body if it is a HEAD request', async () => {
      const running = await start();
      const answer = await sendRaw(
        running.port,
        requestBytes('HEAD', '/monitor', ['X-Forwarded-For: 8.8.8.8']),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*\r\n\r\n$/);
    });

    it('separately and in order, on kept-alive and pipelined connections', async () => {
      const running = await start();
      const kept = (...headers: string[]) =>
        requestBytes('GET', '/monitor', headers).replace('Connection: close\r\n', '');
      const bytes = [
        kept('X-Forwarded-For: 8.8.8.8'),
        kept(),
        kept('Origin: http://evil.example.com'),
        kept('X-Forwarded-For: ::1'),
        requestBytes('GET', '/monitor', ['Via: 1.1 proxy']),
      ];
      const answer = await sendRaw(running.port, bytes.join(''));
      expect(statusesOf(answer)).toEqual([403, 200, 403, 200, 403]);
    });

    it('and still answers the next one after very many', async () => {
      const running = await start({ http: { ownEndpoint: true } });
      const kept = requestBytes('GET', '/monitor', ['X-Real-IP: 8.8.8.8']).replace(
        'Connection: close\r\n',
        '',
      );
      const answer = await sendRaw(running.port, kept.repeat(2000) + requestBytes('GET', '/monitor'));
      const statuses = statusesOf(answer);
      expect(statuses).toHaveLength(2001);
      expect(statuses.filter((status) => status === 403)).toHaveLength(2000);
      expect(running.log.warnings).toHaveLength(1);
      const { counters, gauges } = await running.app.get(MonitorService).metrics();
      expect(counters).toMatchObject({
        'http_requests{method="GET",route="/monitor",status="200"}': 1,
        'http_requests{method="GET",route="/monitor",status="403"}': 2000,
      });
      expect(gauges.http_requests_in_flight).toBe(0);
    });

    it('and then releases it, so that its connection can be used for other requests', async () => {
      const running = await start();
      const requests: WeakRef<object>[] = [];
      (running.app.getHttpServer() as Server).on('request', (request) => requests.push(new WeakRef(request)));
      const kept = requestBytes('HEAD', '/monitor/prometheus', ['Via: 1.1 proxy']);
      const bytes = kept.replace('Connection: close\r\n', '').repeat(50);
      const socket = connectTcp(running.port, '127.0.0.1', () => socket.write(bytes));
      onTestFinished(() => void socket.destroy());
      await expect.poll(() => requests.length).toBe(50);
      const isGone = (request: WeakRef<object>) => request.deref() === undefined;
      await expect
        .poll(() => {
          collectGarbage();
          // The HTTP parser references its last request until the next one arrives.
          return requests.filter(isGone).length;
        })
        .toBeGreaterThanOrEqual(48);
    });

    it('and logs a line with the reason, which a client cannot forge', async () => {
      const running = await start();
      await sendRaw(
        running.port,
        requestBytes('GET', '/monitor', ['X-Forwarded-For: \u009b31m[Nest] LOG \u0085ok']),
      );
      expect(running.log.warnings).toEqual([
        expect.stringContaining('a proxy forwarded it for an address that is not allowed'),
      ]);
      expect(running.log.warnings[0]).toContain("x-forwarded-for: '\\x9B31m[Nest] LOG \\x85ok'");
    });
  });

  describe('with a requestFilter', () => {
    const ask = async (requestFilter: MonitorOptions['requestFilter'], init: RequestInit = {}) => {
      const running = await start({ requestFilter });
      const { status } = await running.get('/monitor', init);
      return { status, warnings: running.log.warnings };
    };

    it('allows exactly the requests for which the filter returns true', async () => {
      const byHeader = (request: IncomingMessage) => request.headers['x-team'] === 'ops';
      expect(
        (await ask(byHeader, { headers: { 'X-Team': 'ops', 'X-Forwarded-For': '8.8.8.8' } })).status,
      ).toBe(200);
      expect((await ask(byHeader)).status).toBe(403);
      expect((await ask((request) => Promise.resolve(byHeader(request)))).status).toBe(403);
      expect((await ask(() => Promise.resolve(true), FORWARDED)).status).toBe(200);
    });

    it.each<[string, () => unknown]>([
      ['undefined', () => undefined],
      ['1', () => 1],
      ["'true'", () => 'true'],
      ['an object', () => ({})],
      ['new Boolean(true)', () => Object(true)],
      ['a function', () => () => true],
      ['a promise of 1', () => Promise.resolve(1)],
      ['a promise of a promise of false', () => Promise.resolve(Promise.resolve(false))],
    ])('takes %s for no', async (_name, filter) => {
      expect((await ask(filter as () => boolean)).status).toBe(403);
    });

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('no database');
        },
      ],
      ['rejects', () => Promise.reject(new Error('no database'))],
    ])('takes one that %s for no, and says so', async (_name, filter) => {
      const { status, warnings } = await ask(filter as () => boolean);
      expect(status).toBe(403);
      expect(warnings).toEqual([expect.stringContaining('the requestFilter failed (Error: no database)')]);
    });

    it('escapes what the filter throws, so that no log line can be forged', async () => {
      const said = 'ops\n[Nest] 1 - LOG [Bootstrap] all\u2028is\u009bwell';
      const { warnings } = await ask(() => {
        throw new Error(`There is no team ${said}`);
      });
      expect(warnings).toEqual([
        expect.stringContaining('no team ops\\n[Nest] 1 - LOG [Bootstrap] all\\u{2028}is\\u{9b}well'),
      ]);
    });

    it('refuses the request when the filter has not settled after five seconds', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      let asked = (): void => {};
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const running = await start({
        requestFilter: () => {
          asked();
          return new Promise<boolean>(() => {});
        },
      });
      const answer = sendRaw(running.port, requestBytes('GET', '/monitor'));
      await isAsked;
      await vi.advanceTimersByTimeAsync(5000);
      expect(statusesOf(await answer)).toEqual([403]);
    });

    it('closes the application without waiting for a filter that never settles', async () => {
      let asked = (): void => {};
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const requestFilter = () => {
        asked();
        return new Promise<boolean>(() => {});
      };
      const root = { imports: [MonitorModule.forRoot({ requestFilter })] };
      const running = await startApp(adapter, root, () => {}, { forceCloseConnections: false });
      const answer = sendRaw(running.port, requestBytes('GET', '/monitor'));
      await isAsked;
      await running.app.close();
      expect(statusesOf(await answer)).toEqual([403]);
    });

    it("lets clients of the monitor's own port read while the application closes, also with a promise", async () => {
      const statuses: number[] = [];
      @Injectable()
      class LastScrape implements BeforeApplicationShutdown {
        constructor(@Inject(MonitorPort) private readonly port: MonitorPort) {}

        async beforeApplicationShutdown(): Promise<void> {
          statuses.push((await fetch(this.port.url ?? '')).status);
        }
      }
      const requestFilter = () => Promise.resolve(true);
      const running = await startApp(adapter, {
        imports: [MonitorModule.forRoot({ requestFilter, port: 0 })],
        providers: [LastScrape],
      });
      await running.app.close();
      expect(statuses).toEqual([200]);
    });

    it('passes the decision of the built-in rules to the filter', async () => {
      const decisions: AccessDecision[] = [];
      const requestFilter = (_request: IncomingMessage, decision: AccessDecision) => {
        decisions.push(decision);
        return decision.allowed && decision.by === 'token';
      };
      const token = 'x'.repeat(32);
      const running = await start({ requestFilter, token });
      expect((await running.get('/monitor')).status).toBe(403);
      expect((await running.get('/monitor', FORWARDED)).status).toBe(403);
      expect((await running.get('/monitor', { headers: { Authorization: `Bearer ${token}` } })).status).toBe(
        200,
      );
      expect(decisions).toEqual([
        { allowed: true, by: 'loopback' },
        { allowed: false, reason: 'forwarded', detail: "x-forwarded-for: '8.8.8.8'" },
        { allowed: true, by: 'token' },
      ]);
    });
  });

  describe('in an application with a global JWT guard', () => {
    const Public = () => SetMetadata('isPublic', true);
    @Injectable()
    class JwtGuard implements CanActivate {
      constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

      canActivate(context: ExecutionContext): boolean {
        if (this.reflector.getAllAndOverride('isPublic', [context.getHandler(), context.getClass()]))
          return true;
        throw new UnauthorizedException();
      }
    }
    const jwt = { provide: APP_GUARD, useClass: JwtGuard };

    it('still applies its rules when the option decorators makes the endpoint public for that guard', async () => {
      for (const monitor of [
        MonitorModule.forRoot({ decorators: [Public()] }),
        MonitorModule.forRootAsync({ decorators: [Public()], useFactory: () => ({}) }),
        MonitorModule.forRoot({ controller: class extends MonitorController {}, decorators: [Public()] }),
      ]) {
        const running = await startApp(adapter, { imports: [monitor], providers: [jwt] });
        for (const path of PATHS) {
          expect((await running.get(path)).status).toBe(200);
          expect((await running.get(path, FORWARDED)).status).toBe(403);
        }
      }
    });

    it('leaves the endpoint closed by that guard without the option decorators', async () => {
      const running = await startApp(adapter, { imports: [MonitorModule.forRoot()], providers: [jwt] });
      for (const path of PATHS) expect((await running.get(path)).status).toBe(401);
    });

    it('does not make the endpoint of another application public', async () => {
      const root = () => ({ imports: [MonitorModule.forRoot()], providers: [jwt] });
      await startApp(adapter, {
        imports: [MonitorModule.forRoot({ decorators: [Public()] })],
        providers: [jwt],
      });
      expect((await (await startApp(adapter, root())).get('/monitor')).status).toBe(401);
    });
  });

  it('opens no window for a reader whose request is refused', async () => {
    const running = await start();
    const monitor = running.app.get(MonitorService);
    monitor.kv('queue', 9);
    monitor.kv('queue', 3);
    const text = { Accept: 'text/plain' };
    const ask = (path: string, headers: object, method = 'GET') =>
      running.get(`${path}?reader=a`, { method, headers: { ...headers } });
    for (const path of PATHS) {
      for (const method of ['GET', 'HEAD']) {
        expect((await ask(path, FORWARDED.headers, method)).status).toBe(403);
        expect((await ask(path, { ...text, ...FORWARDED.headers }, method)).status).toBe(403);
      }
    }
    expect(await (await ask('/monitor', {})).json()).toMatchObject({ max_gauges: { queue: 9 } });
    expect(await (await ask('/monitor', text)).text()).toContain('\nqueue_max 9\n');
  });

  it('protects every handler of a subclass of MonitorController', async () => {
    class Mine extends MonitorController {
      @Get('queue')
      queue(): string {
        return 'queue';
      }
    }
    const running = await start({ controller: Mine });
    expect(await (await running.get('/monitor/queue')).text()).toBe('queue');
    for (const path of [...PATHS, '/monitor/queue']) {
      expect((await running.get(path)).status, path).toBe(200);
      expect((await running.get(path, FORWARDED)).status, path).toBe(403);
    }
  });

  it('protects a controller of the application too, with the same options', async () => {
    @Controller('admin')
    @UseGuards(LoopbackGuard)
    class AdminController {
      @Get()
      admin(): string {
        return 'admin';
      }
    }
    const feature = moduleOf({ controllers: [AdminController] });
    const running = await startApp(adapter, {
      imports: [MonitorModule.forRoot({ token: 'x'.repeat(16) }), feature],
    });
    expect(await (await running.get('/admin')).text()).toBe('admin');
    expect((await running.get('/admin', FORWARDED)).status).toBe(403);
    const headers = { ...FORWARDED.headers, Authorization: `Bearer ${'x'.repeat(16)}` };
    expect((await running.get('/admin', { headers })).status).toBe(200);
  });

  it('can be subclassed to change the decision and the answer', async () => {
    @Injectable()
    class Night extends LoopbackGuard {
      protected override decide(request: IncomingMessage): AccessDecision {
        if (request.headers['x-throw'] !== undefined) throw new Error('no clock');
        return request.headers['x-night'] === undefined
          ? super.decide(request)
          : { allowed: false, reason: 'peer', detail: 'at night' };
      }
    }
    @Controller('admin')
    @UseGuards(Night)
    class AdminController {
      @Get()
      admin(): string {
        return 'admin';
      }
    }
    const running = await startApp(adapter, {
      imports: [MonitorModule.forRoot()],
      controllers: [AdminController],
    });
    expect((await running.get('/admin')).status).toBe(200);
    expect((await running.get('/admin', { headers: { 'X-Night': '1' } })).status).toBe(403);
    expect((await running.get('/admin', { headers: { 'X-Throw': '1' } })).status).toBe(403);
  });
});

describe('over HTTP/2', () => {
  it('checks each request of a session, with its :authority and its Host', async () => {
    const log = new RecordingLogger();
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot()] }),
      new FastifyAdapter({ http2: true } as never),
      { logger: log, forceCloseConnections: true },
    );
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const session = connect(url);
    onTestFinished(() => session.destroy());
    const { host } = new URL(url);
    const cases: [Record<string, string>, number][] = [
      [{}, 200],
      [{ 'x-forwarded-for': '8.8.8.8' }, 403],
      [{ forwarded: 'for="[::1]"' }, 200],
      [{ via: '2 proxy' }, 403],
      [{ ':authority': 'evil.example.com' }, 403],
      [{ ':authority': 'localhost', host: 'evil.example.com' }, 403],
      [{ ':authority': 'localhost', host: 'localhost' }, 200],
      [{ origin: `http://${host}` }, 200],
      [{ origin: `https://${host}` }, 403],
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'x-real-ip': '127.0.0.1' }, 200],
    ];
    const statuses = await Promise.all(cases.map(([headers]) => ask(session, headers)));
    expect(statuses).toEqual(cases.map(([, status]) => status));
    expect((await app.get(MonitorService).metrics()).counters.requests).toBe(cases.length);
    expect(log.errors).toEqual([]);
  });

  function ask(session: ClientHttp2Session, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':path': '/monitor', ...headers });
      stream.on('response', (answer) => resolve(Number(answer[':status'])));
      stream.on('error', reject);
      stream.resume().end();
    });
  }
});

describe('the option decorators', () => {
  it('fails the start when it is invalid, or given by the factory, which runs too late', async () => {
    const Public = () => SetMetadata('isPublic', true);
    const forRoot = (decorators: unknown) => MonitorModule.forRoot({ decorators } as MonitorOptions);
    for (const bad of [Public(), [7], ['x'], null, [Public]])
      expect(() => forRoot(bad)).toThrow(MonitorOptionsError);
    const late = MonitorModule.forRootAsync({ useFactory: () => ({ decorators: [Public()] }) });
    const starting = NestFactory.create(moduleOf({ imports: [late] }), {
      logger: false,
      abortOnError: false,
    });
    await expect(starting).rejects.toThrow(/beside useFactory/);
  });
});
