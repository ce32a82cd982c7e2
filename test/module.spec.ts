import type { INestApplicationContext } from '@nestjs/common';
import { Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MonitorOptions, MonitorOptionsFactory } from '../src/index.js';
import { MonitorController, MonitorModule, MonitorOptionsError, MonitorService } from '../src/index.js';
import { ADAPTERS, moduleOf, startApp } from './support/app.js';
import { RecordingLogger } from './support/recording-logger.js';

@Injectable()
class Settings {
  readonly monitorPath = 'status';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class MonitorConfig implements MonitorOptionsFactory {
  constructor(readonly settings: Settings) {}

  createMonitorOptions(): Promise<MonitorOptions> {
    return Promise.resolve({ path: this.settings.monitorPath });
  }
}

@Module({ imports: [SettingsModule], providers: [MonitorConfig], exports: [MonitorConfig] })
class MonitorConfigModule {}

/** In a module that does not import MonitorModule. */
@Injectable()
class OrdersService {
  constructor(readonly monitor: MonitorService) {}
}

const orders = moduleOf({ imports: [moduleOf({ providers: [OrdersService] })] });

async function startContext(root: object): Promise<INestApplicationContext> {
  const context = await NestFactory.createApplicationContext(root as never, {
    logger: false,
    abortOnError: false,
  });
  onTestFinished(() => context.close());
  return context;
}

describe('MonitorModule', () => {
  it('needs one line, and every provider can inject MonitorService', async () => {
    const running = await startApp('express', { imports: [orders, MonitorModule.forRoot()] });
    running.app.get(OrdersService).monitor.count('orders');
    expect((await running.document()).counters.orders).toBe(1);
  });

  describe.each(ADAPTERS)('takes its options, path included, on %s', (adapter) => {
    it.each([
      [
        'useFactory',
        MonitorModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: (settings: Settings) => ({ path: settings.monitorPath }),
        }),
      ],
      [
        'an async useFactory',
        MonitorModule.forRootAsync({ useFactory: () => Promise.resolve({ path: 'status' }) }),
      ],
      ['useClass', MonitorModule.forRootAsync({ imports: [SettingsModule], useClass: MonitorConfig })],
      [
        'useExisting',
        MonitorModule.forRootAsync({ imports: [MonitorConfigModule], useExisting: MonitorConfig }),
      ],
    ])('from %s', async (_way, monitor) => {
      const running = await startApp(adapter, { imports: [monitor] });
      expect((await running.document('/status')).counters.requests).toBe(1);
      expect((await running.get('/monitor')).status).toBe(404);
    });

    it('from a factory that switches the endpoint off', async () => {
      const monitor = MonitorModule.forRootAsync({ useFactory: () => ({ controller: false }) });
      const running = await startApp(adapter, { imports: [monitor] });
      expect((await running.get('/monitor')).status).toBe(404);
    });

    it('from a factory that switches the endpoint off, with the routes of a subclass', async () => {
      class Mine extends MonitorController {
        @Get('queue')
        queue(): string {
          return 'queue';
        }
      }
      const monitor = MonitorModule.forRootAsync({
        controller: Mine,
        useFactory: () => ({ controller: false }),
      });
      const running = await startApp(adapter, { imports: [monitor] });
      for (const path of ['/monitor', '/monitor/queue', '/queue', '/']) {
        expect((await running.get(path)).status).toBe(404);
      }
    });

    it('separately for each application made of the same root module', async () => {
      const given = [{ controller: false as const }, { path: 'one' }, { path: 'two' }];
      const monitor = MonitorModule.forRootAsync({ useFactory: () => given.shift() ?? {} });
      const closed = await startApp(adapter, { imports: [monitor] });
      const one = await startApp(adapter, { imports: [monitor] });
      const two = await startApp(adapter, { imports: [monitor] });
      expect((await closed.get('/monitor')).status).toBe(404);
      expect((await one.get('/one')).status).toBe(200);
      expect((await two.get('/two')).status).toBe(200);
    });

    it('with what is imported for the factory at hand for a controller too', async () => {
      class Mine extends MonitorController {
        constructor(
          monitor: MonitorService,
          private readonly settings: Settings,
        ) {
          super(monitor);
        }

        @Get('settings')
        path(): string {
          return this.settings.monitorPath;
        }
      }
      Reflect.defineMetadata('design:paramtypes', [MonitorService, Settings], Mine);
      const monitor = MonitorModule.forRootAsync({
        imports: [SettingsModule],
        controller: Mine,
        useFactory: () => ({}),
      });
      const running = await startApp(adapter, { imports: [monitor] });
      expect(await (await running.get('/monitor/settings')).text()).toBe('status');
    });

    it('with a controller of the application beside the factory', async () => {
      class Mine extends MonitorController {}
      const monitor = MonitorModule.forRootAsync({
        controller: Mine,
        useFactory: () => ({ path: 'status' }),
      });
      const running = await startApp(adapter, { imports: [monitor] });
      expect((await running.get('/status')).status).toBe(200);
    });
  });

  it('fails the start when a factory returns undefined, and suggests a missing return', async () => {
    const monitor = MonitorModule.forRootAsync({ useFactory: () => undefined as unknown as MonitorOptions });
    await expect(startApp('express', { imports: [monitor] })).rejects.toThrow(
      /returned undefined.*return statement missing/,
    );
  });

  it('throws for an invalid option in forRoot()', () => {
    expect(() => MonitorModule.forRoot({ publishInterval: 0 })).toThrow(MonitorOptionsError);
  });

  it.each<[string, object]>([
    ['publishInterval', { publishInterval: '10 s' }],
    ['pth', { pth: 'status' }],
    ['controller', { controller: class extends MonitorController {} }],
  ])('fails the start with an error that names an invalid %s from a factory', async (option, options) => {
    const monitor = MonitorModule.forRootAsync({ useFactory: () => options });
    await expect(startContext(moduleOf({ imports: [monitor] }))).rejects.toMatchObject({
      name: 'MonitorOptionsError',
      option,
    });
  });

  it('throws when forRootAsync() has no factory, class or provider for the options, or an unknown option', () => {
    const forRootAsync = (options?: unknown) => MonitorModule.forRootAsync(options as { controller: false });
    for (const options of [undefined, {}, { useFactory: {} }, { useFactory: 'x', useClass: MonitorConfig }]) {
      expect(() => forRootAsync(options)).toThrow(/useFactory \(a function\), useClass and useExisting/);
    }
    expect(() => forRootAsync({ useFactory: () => ({}), publisher: () => {} })).toThrow(/"publisher"/);
    expect(() =>
      MonitorModule.forRootAsync({ controller: class {} as never, useFactory: () => ({}) }),
    ).toThrow(MonitorOptionsError);
  });

  it('fails the start with a clear error when it is imported twice', async () => {
    const feature = moduleOf({ imports: [MonitorModule.forRoot({ publishInterval: 50 })] });
    const root = moduleOf({ imports: [feature, MonitorModule.forRoot()] });
    await expect(startContext(root)).rejects.toThrow(/imported twice/);
  });

  it('may be imported in several modules as the same value, which share one set of metrics', async () => {
    const monitor = MonitorModule.forRoot();
    const running = await startApp('express', {
      imports: [moduleOf({ imports: [monitor] }), moduleOf({ imports: [monitor] }), monitor],
    });
    await running.get('/nowhere');
    expect((await running.document()).counters.requests).toBe(2);
  });

  it('fails the start with a clear error when it is imported without forRoot()', async () => {
    await expect(startContext(moduleOf({ imports: [MonitorModule] }))).rejects.toThrow(
      /MonitorModule\.forRoot\(\)/,
    );
  });

  it('may be imported as a class beside forRoot()', async () => {
    const feature = moduleOf({ imports: [MonitorModule], providers: [OrdersService] });
    const context = await startContext(moduleOf({ imports: [feature, MonitorModule.forRoot()] }));
    expect(context.get(OrdersService).monitor).toBe(context.get(MonitorService));
  });

  it('keeps the metrics of two applications of one process apart, even with the same root module', async () => {
    const root = moduleOf({ imports: [MonitorModule.forRoot()] });
    const [one, other] = [await startContext(root), await startContext(root)];
    one.get(MonitorService).count('orders');
    expect((await one.get(MonitorService).metrics()).counters.orders).toBe(1);
    expect((await other.get(MonitorService).metrics()).counters.orders).toBeUndefined();
  });

  it('serves two applications of one process at different paths', async () => {
    const one = await startApp('express', { imports: [MonitorModule.forRoot({ path: 'one' })] });
    const other = await startApp('express', { imports: [MonitorModule.forRoot({ path: 'other' })] });
    expect((await one.get('/one')).status).toBe(200);
    expect((await one.get('/other')).status).toBe(404);
    expect((await other.get('/other')).status).toBe(200);
  });

  describe('in a standalone context', () => {
    const startLogged = async (options: MonitorOptions) => {
      const log = new RecordingLogger();
      const root = moduleOf({ imports: [MonitorModule.forRoot(options)] });
      const context = await NestFactory.createApplicationContext(root, { logger: log });
      onTestFinished(() => context.close());
      return { context, log };
    };

    it('returns the same document from metrics()', async () => {
      const { context } = await startLogged({});
      const monitor = context.get(MonitorService);
      monitor.kv('queue_length', 4);
      const { process, counters, max_gauges } = await monitor.metrics();
      expect(process.cpu.user_time).toBeGreaterThan(0);
      expect(counters.requests).toBe(0);
      expect(max_gauges.queue_length).toBe(4);
    });

    it('warns once that nothing reads the metrics, unless there is a publisher', async () => {
      expect((await startLogged({})).log.warnings).toEqual([
        expect.stringContaining('nothing reads its metrics'),
      ]);
      expect((await startLogged({ publisher: () => {} })).log.warnings).toEqual([]);
    });
  });

  it('accepts a provider as publisher that injects MonitorService', async () => {
    @Injectable()
    class Sender {
      constructor(private readonly monitor: MonitorService) {}

      publish(): void {
        this.monitor.count('sent');
      }
    }
    @Module({ providers: [Sender], exports: [Sender] })
    class SenderModule {}
    const monitor = MonitorModule.forRootAsync({
      imports: [SenderModule],
      inject: [Sender],
      useFactory: (publisher: Sender) => ({ publisher }),
    });
    const context = await startContext(moduleOf({ imports: [monitor] }));
    await context.close();
    expect((await context.get(MonitorService).metrics()).counters.sent).toBe(1);
  });

  it('logs one warning for dropped samples, and counts each', async () => {
    const running = await startApp('express', { imports: [MonitorModule.forRoot()] });
    const monitor = running.app.get(MonitorService);
    for (let i = 0; i < 3; i++) monitor.kv('queue_length', Number.NaN);
    expect(running.log.warnings).toEqual([
      expect.stringContaining("'queue_length' was dropped, because it is NaN"),
    ]);
    expect((await running.document()).counters.monitor_rejected_samples).toBe(3);
  });
});
