import type { OnModuleInit } from '@nestjs/common';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Req,
  Res,
  Scope,
  SetMetadata,
  VersioningType,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AdapterResponse } from '../src/common/http/raw-response.js';
import { Answers } from '../src/endpoint/streaming/answers.js';
import { MonitorController, MonitorModule, MonitorPort } from '../src/index.js';
import type { MonitorOptions } from '../src/index.js';
import type { EndpointFeature } from '../src/monitor-endpoint.module.js';
import { MonitorEndpointModule } from '../src/monitor-endpoint.module.js';
import type { TestApp } from './support/app.js';
import { ADAPTERS, moduleOf, startApp } from './support/app.js';

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
});
