import type { INestApplication, OnModuleInit } from '@nestjs/common';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Req,
  RequestMethod,
  Res,
  Scope,
  SetMetadata,
  VersioningType,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AdapterResponse } from '../src/common/http/raw-response.js';
import { Answers } from '../src/endpoint/streaming/answers.js';
import { MonitorController, MonitorModule, MonitorPort } from '../src/index.js';
import type { MonitorOptions } from '../src/index.js';
import type { EndpointFeature } from '../src/monitor-endpoint.module.js';
import { MonitorEndpointModule } from '../src/monitor-endpoint.module.js';
import type { TestApp } from './support/app.js';
import { ADAPTERS, adapterOf, moduleOf, startApp } from './support/app.js';
import { RecordingLogger } from './support/recording-logger.js';
import { NEEDS_IPV6 } from './support/tools.js';

@Injectable()
class Rows {
  readonly all = ['a', 'b'];
}

@Controller()
class RowsController implements OnModuleInit {
  static initialized = 0;

  constructor(
    @Inject(Answers) private readonly answers: Answers,
    @Inject(Rows) private readonly rows: Rows,
  ) {}

  onModuleInit(): void {
    RowsController.initialized++;
  }

  @Get('rows')
  async read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    await answer.send({ type: 'application/json', body: JSON.stringify(this.rows.all), gzip: true });
  }
}

const FEATURE: EndpointFeature = {
  isOn: () => true,
  load: () => Promise.resolve({ controllers: [RowsController], providers: [Rows] }),
};
const FORWARDED = { headers: { 'X-Forwarded-For': '8.8.8.8' } };

it.each([{ ignoreTrailingSlash: true }, { routerOptions: { ignoreTrailingSlash: true } }])(
  'the endpoint is served with and without a slash at its end by Fastify with %j',
  async (options) => {
    const root = moduleOf({ imports: [MonitorModule.forRoot()] });
    const app = await NestFactory.create(root, new FastifyAdapter(options), { logger: false });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    for (const path of ['/monitor', '/monitor/', '/monitor/prometheus/']) {
      expect((await fetch(`${await app.getUrl()}${path}`)).status).toBe(200);
    }
  },
);

describe.each(ADAPTERS)('a controller that a feature adds to the endpoint, on %s,', (adapter) => {
  const start = (options: MonitorOptions = {}, feature = FEATURE) =>
    startApp(
      adapter,
      { imports: [MonitorModule.forRoot(options), MonitorEndpointModule.of(feature, options.decorators)] },
      (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    );

  it.each([{}, { port: 0 }])(
    'is also served with a slash at its end, behind the guard, with %j',
    async (options) => {
      const running = await start(options);
      const url = `${running.app.get(MonitorPort).url ?? `${running.url}/api/monitor`}/rows/`;
      const response = await fetch(url);
      expect([response.status, await response.json()]).toEqual([200, ['a', 'b']]);
      expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
      expect((await fetch(url, FORWARDED)).status).toBe(403);
      expect((await fetch(`${url}/`)).status).toBe(404);
    },
  );

  it('is below the path, behind the guard, version-neutral, and not cached', async () => {
    const running = await start({ path: 'status' });
    const response = await running.get('/api/status/rows');
    expect([response.status, await response.json()]).toEqual([200, ['a', 'b']]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect((await running.get('/api/status/rows', FORWARDED)).status).toBe(403);
    const head = await running.get('/api/status/rows', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('is served only on the own port, if the endpoint has one', async () => {
    const before = RowsController.initialized;
    const running = await start({ port: 0 });
    const url = running.app.get(MonitorPort).url ?? '';
    expect(await (await fetch(`${url}/rows`)).json()).toEqual(['a', 'b']);
    expect((await fetch(`${url}/rows`, FORWARDED)).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
    expect((await running.get('/api/monitor/rows')).status).toBe(404);
    expect(RowsController.initialized - before).toBe(1);
  });

  it('is neither served nor created if the endpoint or the feature is off', async () => {
    const before = RowsController.initialized;
    for (const running of [
      await start({ controller: false }),
      await start({}, { ...FEATURE, isOn: () => false }),
    ]) {
      for (const path of ['/api/monitor/rows', '/api/rows', '/rows'])
        expect((await running.get(path)).status).toBe(404);
    }
    expect(RowsController.initialized).toBe(before);
  });

  it('has the decorators of the options', async () => {
    const seen: unknown[] = [];
    const decorators = [SetMetadata('isPublic', true)];
    const running = await startApp(
      adapter,
      { imports: [MonitorModule.forRoot({ decorators }), MonitorEndpointModule.of(FEATURE, decorators)] },
      (app) =>
        app.useGlobalGuards({
          canActivate: (context) => {
            seen.push(Reflect.getMetadata('isPublic', context.getClass()));
            return true;
          },
        }),
    );
    await running.get('/monitor/rows');
    expect(seen).toEqual([true]);
  });
});

describe.each(ADAPTERS)('two live applications from one root module, on %s,', (adapter) => {
  it('each have their own path, host and port', async () => {
    const given: MonitorOptions[] = [{ path: 'one' }, { path: 'two' }, { controller: false }, { port: 0 }];
    const root = moduleOf({
      imports: [MonitorModule.forRootAsync({ useFactory: () => given.shift() ?? {} })],
    });
    const start = () => startApp(adapter, { imports: [root] });
    // At the same time: all have scanned the classes before one of them registers its routes.
    const [one, two, closed, port] = await Promise.all([start(), start(), start(), start()]);
    const statuses = (running: TestApp) =>
      Promise.all(['/one', '/two', '/monitor'].map(async (path) => (await running.get(path)).status));
    expect(await statuses(one)).toEqual([200, 404, 404]);
    expect(await statuses(two)).toEqual([404, 200, 404]);
    expect(await statuses(closed)).toEqual([404, 404, 404]);
    expect(await statuses(port)).toEqual([404, 404, 404]);
    expect((await fetch(port.app.get(MonitorPort).url ?? '')).status).toBe(200);
  });

  it('create a controller for each request if a subclass is request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    class Mine extends MonitorController {
      @Inject(PerRequest) readonly perRequest!: PerRequest;

      @Get('mine')
      mine(): { isOwn: boolean } {
        return { isOwn: this.perRequest instanceof PerRequest };
      }
    }
    const imports = [moduleOf({ providers: [PerRequest], exports: [PerRequest] })];
    const paths = ['one', 'two'];
    const monitor = MonitorModule.forRootAsync({
      imports,
      controller: Mine,
      useFactory: () => ({ path: paths.shift() ?? '' }),
    });
    const [one, two] = await Promise.all([
      startApp(adapter, { imports: [monitor] }),
      startApp(adapter, { imports: [monitor] }),
    ]);
    for (const response of [await one.get('/one/mine'), await two.get('/two/mine')])
      expect(await response.json()).toEqual({ isOwn: true });
  });
});

describe.each(ADAPTERS)('the log of an application on %s', (adapter) => {
  it('has one line about the controller, for its routes, if the endpoint has its own port', async () => {
    const lines: string[] = [];
    class Log {
      log = (message: string): void => void lines.push(message);
      warn = this.log;
      error = this.log;
    }
    await startApp(adapter, { imports: [MonitorModule.forRoot({ port: 0 })] }, undefined, {
      logger: new Log(),
    });
    expect(lines.filter((line) => line.includes('MonitorController'))).toEqual([
      'MonitorController {/monitor}:',
    ]);
    expect(lines.filter((line) => line.includes('The monitor is at'))).toHaveLength(1);
  });

  it.each<[string, MonitorOptions, (app: INestApplication) => unknown, string | undefined]>([
    ['as it is', {}, () => {}, '/monitor'],
    ['with a path', { path: '/a/b/' }, () => {}, '/a/b'],
    ['with a global prefix', {}, (app) => app.setGlobalPrefix('/api/'), '/api/monitor'],
    [
      'with a global prefix and versions',
      {},
      (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
      '/api/monitor',
    ],
    [
      'excluded from the global prefix',
      {},
      (app) => app.setGlobalPrefix('api', { exclude: ['monitor', 'monitor/*rest'] }),
      '/monitor',
    ],
    [
      'with another method excluded',
      {},
      (app) =>
        app.setGlobalPrefix('api', { exclude: [{ path: 'monitor', method: RequestMethod.POST }, 'other'] }),
      '/api/monitor',
    ],
    ['on a virtual host', { host: 'monitor.example.com' }, () => {}, undefined],
    ['without an endpoint', { controller: false }, () => {}, undefined],
  ])('says where the endpoint is: %s', async (_name, options, configure, path) => {
    const { log, url } = await startApp(adapter, { imports: [MonitorModule.forRoot(options)] }, configure);
    const lines = log.messages.filter((line) => line.startsWith('The monitor is at'));
    expect(lines).toEqual(path === undefined ? [] : [`The monitor is at ${url}${path}`]);
    if (path !== undefined) expect((await fetch(url + path)).status).toBe(200);
  });

  const statusOnLogged = async (host: string) => {
    const log = new RecordingLogger();
    const root = moduleOf({ imports: [MonitorModule.forRoot()] });
    const app = await NestFactory.create(root, adapterOf(adapter), { logger: log });
    onTestFinished(() => app.close());
    await app.listen(0, host);
    const [line = ''] = log.messages.filter((text) => text.startsWith('The monitor is at'));
    return (await fetch(line.replace('The monitor is at ', ''))).status;
  };

  it('says an address that a client can use, listening on 0.0.0.0', async () => {
    expect(await statusOnLogged('0.0.0.0')).toBe(200);
  });

  it.skipIf(NEEDS_IPV6.isMissing).each(['::', '::1'])(
    `says an address that a client can use, listening on %s${NEEDS_IPV6.reason}`,
    async (host) => expect(await statusOnLogged(host)).toBe(200),
  );

  it('says nothing where the logs are off, or in tests', async () => {
    const written: unknown[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(text);
      return true;
    });
    onTestFinished(() => write.mockRestore());
    const root = moduleOf({ imports: [MonitorModule.forRoot()] });
    const silent = await NestFactory.create(root, adapterOf(adapter), { logger: false });
    const module = await Test.createTestingModule({ imports: [root] }).compile();
    const tested = module.createNestApplication(adapterOf(adapter));
    for (const app of [silent, tested]) {
      onTestFinished(() => app.close());
      await app.listen(0, '127.0.0.1');
    }
    expect(written.filter((text) => String(text).includes('monitor is at'))).toEqual([]);
  });
});
