import type {
  CallHandler,
  CanActivate,
  INestMicroservice,
  NestHybridApplicationOptions,
  NestInterceptor,
} from '@nestjs/common';
import {
  Catch,
  Controller,
  Get,
  ParseIntPipe,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import type { ClientProxy, MicroserviceOptions } from '@nestjs/microservices';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import {
  catchError,
  EMPTY,
  lastValueFrom,
  NEVER,
  Observable,
  of,
  retry,
  throwError,
  timeout,
  toArray,
} from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HandlerCallsInterceptor, MonitorModule, MonitorService } from '../../src/index.js';
import type { MonitorOptions } from '../../src/index.js';
import { ADAPTERS, moduleOf, startApp } from '../support/app.js';
import { freePort } from '../support/free-port.js';
import { eventually } from '../support/eventually.js';
import { handlerCalls } from '../support/handler-calls.js';
import { present } from '../support/present.js';

class Never implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

class Strict implements NestInterceptor {
  intercept(): Observable<never> {
    return throwError(() => new Error('refused'));
  }
}

@Catch()
class Forgive {
  catch(): Observable<string> {
    return of('forgiven');
  }
}

@Controller()
class CatsController {
  @MessagePattern('find')
  find(name: string): string {
    return `found ${name}`;
  }

  @MessagePattern('find-later')
  async findLater(name: string): Promise<string> {
    return Promise.resolve(`found ${name}`);
  }

  @MessagePattern('stream')
  stream(): Observable<number> {
    return of(1, 2, 3);
  }

  @MessagePattern('break-midway')
  breakMidway(): Observable<number> {
    return new Observable((subscriber) => {
      subscriber.next(1);
      subscriber.error(new RpcException('midway'));
    });
  }

  @MessagePattern('throw')
  throw(): never {
    throw new RpcException('thrown');
  }

  @MessagePattern('reject')
  async reject(): Promise<never> {
    return Promise.reject(new Error('rejected'));
  }

  @MessagePattern('forgive')
  @UseFilters(Forgive)
  forgive(): never {
    throw new Error('forgiven');
  }

  @MessagePattern('guarded')
  @UseGuards(Never)
  guarded(): string {
    return 'never';
  }

  @MessagePattern('pipe')
  pipe(@Payload(ParseIntPipe) id: number): number {
    return id;
  }

  @MessagePattern('strict')
  @UseInterceptors(Strict)
  strict(): string {
    return 'strict';
  }

  @MessagePattern('never')
  never(): Observable<never> {
    return NEVER;
  }

  @EventPattern('born')
  born(_name: string): void {}

  @EventPattern('died')
  async died(_name: string): Promise<void> {
    return Promise.reject(new Error('nine lives'));
  }

  /** A method that a decorator has replaced by another function. */
  @MessagePattern('traced')
  @traced
  traced(): string {
    return 'traced';
  }
}

function traced(_prototype: object, _key: string, descriptor: PropertyDescriptor): void {
  const method = descriptor.value as () => unknown;
  descriptor.value = function (this: unknown) {
    return method.call(this);
  };
}

/** A base class of controllers. */
class Answers {
  @MessagePattern('ping')
  ping(): string {
    return 'pong';
  }
}

@Controller()
class Inherits extends Answers {}

const Anonymous = (() => {
  @Controller()
  class Named {
    @MessagePattern('nameless')
    find(): string {
      return 'found';
    }
  }
  Object.defineProperty(Named, 'name', { value: '' });
  return Named;
})();

/** Another class of the same name, as another module may have it. */
const OtherCatsController = (() => {
  @Controller()
  class CatsController {
    @MessagePattern('find-other')
    find(): string {
      return 'other';
    }
  }
  return CatsController;
})();

@Controller({ scope: Scope.REQUEST })
class EachAnew {
  @MessagePattern('anew')
  anew(): string {
    return 'anew';
  }
}

interface Service {
  app: INestMicroservice;
  client: ClientProxy;
  /** Sends a message. @returns all responses of its handler. */
  ask(pattern: string, data?: unknown): Promise<unknown[]>;
  calls(): Promise<Record<string, number>>;
}

/** @param interceptors of the root module, and so they run around that of the monitor. */
async function startService(
  options: MonitorOptions = {},
  interceptors: NestInterceptor[] = [],
  configure: (app: INestMicroservice) => unknown = () => {},
): Promise<Service> {
  const port = await freePort();
  const transport = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    moduleOf({
      imports: [MonitorModule.forRoot({ publisher: () => {}, ...options })],
      controllers: [CatsController, OtherCatsController, Inherits, Anonymous, EachAnew],
      providers: interceptors.map((useValue) => ({ provide: APP_INTERCEPTOR, useValue })),
    }),
    { ...transport, logger: false },
  );
  onTestFinished(() => app.close());
  configure(app);
  await app.listen();
  const client = ClientProxyFactory.create(transport);
  onTestFinished(() => client.close());
  return {
    app,
    client,
    ask: (pattern, data = {}) =>
      lastValueFrom(
        client.send<unknown>(pattern, data).pipe(
          catchError(() => EMPTY),
          toArray(),
        ),
      ),
    calls: () => handlerCalls(app, 'rpc'),
  };
}

describe('a message to a microservice', () => {
  it.each<[string, string, unknown, unknown[], Record<string, number>]>([
    ['a value', 'find', 'Felix', ['found Felix'], { 'CatsController.find ok': 1 }],
    ['a promise', 'find-later', 'Felix', ['found Felix'], { 'CatsController.findLater ok': 1 }],
    ['a stream, however long', 'stream', {}, [1, 2, 3], { 'CatsController.stream ok': 1 }],
    ['a stream that breaks', 'break-midway', {}, [1], { 'CatsController.breakMidway error': 1 }],
    ['an error that is thrown', 'throw', {}, [], { 'CatsController.throw error': 1 }],
    ['a promise that is rejected', 'reject', {}, [], { 'CatsController.reject error': 1 }],
    ['an error that a filter answers', 'forgive', {}, ['forgiven'], { 'CatsController.forgive error': 1 }],
    ['a refusal of a pipe', 'pipe', 'Felix', [], { 'CatsController.pipe error': 1 }],
    ['something for a pipe to change', 'pipe', '7', [7], { 'CatsController.pipe ok': 1 }],
    ['nothing, since a guard turns it away', 'guarded', {}, [], {}],
    ['nothing, since there is no such handler', 'no-such-pattern', {}, [], {}],
    [
      'a value, of a method that a decorator has replaced',
      'traced',
      {},
      ['traced'],
      { 'CatsController.traced ok': 1 },
    ],
    ['a value, of a method that is inherited', 'ping', {}, ['pong'], { 'Inherits.ping ok': 1 }],
    ['a value, of a class without a name', 'nameless', {}, ['found'], { 'anonymous.find ok': 1 }],
  ])('is counted once under its handler, which returns %s', async (_what, pattern, data, answer, calls) => {
    const service = await startService();
    expect(await service.ask(pattern, data)).toEqual(answer);
    expect(await service.calls()).toEqual(calls);
  });

  it('is counted together with those of another class of the same name', async () => {
    const service = await startService();
    await service.ask('find', 'Felix');
    await service.ask('find-other');
    expect(await service.calls()).toEqual({ 'CatsController.find ok': 2 });
  });

  it('is counted under one handler, even if its controller is request-scoped', async () => {
    const service = await startService();
    for (let i = 0; i < 3; i++) expect(await service.ask('anew')).toEqual(['anew']);
    expect(await service.calls()).toEqual({ 'EachAnew.anew ok': 3 });
  });

  it('is not an HTTP request, and a handler has no series before its first call', async () => {
    const service = await startService();
    const names = async () => Object.keys((await service.app.get(MonitorService).metrics()).counters);
    const before = await names();
    const start = performance.now();
    await service.ask('find', 'Felix');
    const { counters, histograms } = await service.app.get(MonitorService).metrics();
    expect(counters).toMatchObject({ requests: 0 });
    // The counter of errors starts at 0, so that its rate includes the first error.
    expect(Object.keys(counters).filter((name) => !before.includes(name))).toEqual([
      'handler_calls{handler="CatsController.find",outcome="error",transport="rpc"}',
      'handler_calls{handler="CatsController.find",outcome="ok",transport="rpc"}',
    ]);
    const { min, max, ...rest } = present(
      histograms['handler_duration{handler="CatsController.find",transport="rpc"}'],
    );
    expect(rest.count).toBe(1);
    expect(min).toBeGreaterThan(0);
    expect(max).toBeLessThanOrEqual((performance.now() - start) / 1000);
  });

  it('is not counted before its handler has completed', async () => {
    const service = await startService();
    const pending = service.client.send('never', {}).subscribe();
    // The answer to a later message on the same connection.
    await service.ask('find', 'Felix');
    expect(await service.calls()).toEqual({ 'CatsController.find ok': 1 });
    pending.unsubscribe();
  });

  it('is counted as cancelled when an interceptor stops waiting for the handler', async () => {
    const impatient = {
      intercept: (_context: unknown, next: CallHandler) => next.handle().pipe(timeout(20)),
    };
    const service = await startService({}, [impatient]);
    expect(await service.ask('never')).toEqual([]);
    expect(await service.calls()).toEqual({ 'CatsController.never cancelled': 1 });
  });

  it('is counted again for each retry of an interceptor', async () => {
    const stubborn = { intercept: (_context: unknown, next: CallHandler) => next.handle().pipe(retry(2)) };
    const service = await startService({}, [stubborn]);
    expect(await service.ask('reject')).toEqual([]);
    expect(await service.calls()).toEqual({ 'CatsController.reject error': 3 });
  });

  it('is counted by the outcome after its own interceptors', async () => {
    const service = await startService();
    expect(await service.ask('strict')).toEqual([]);
    expect(await service.calls()).toEqual({ 'CatsController.strict error': 1 });
  });

  it('is counted by the outcome after the interceptors of useGlobalInterceptors()', async () => {
    const service = await startService({}, [], (app) => app.useGlobalInterceptors(new Strict()));
    expect(await service.ask('find', 'Felix')).toEqual([]);
    expect(await service.calls()).toEqual({ 'CatsController.find error': 1 });
  });

  it('is not counted when an interceptor of the root module answers without the handler', async () => {
    const service = await startService({}, [new Strict()]);
    expect(await service.ask('find', 'Felix')).toEqual([]);
    expect(await service.calls()).toEqual({});
  });

  it('is not counted with interceptor: false', async () => {
    const service = await startService({ interceptor: false });
    expect(await service.ask('find', 'Felix')).toEqual(['found Felix']);
    expect(await service.calls()).toEqual({});
  });

  it('is recorded in the buckets that the application has described', async () => {
    const service = await startService();
    service.app.get(MonitorService).describe('handler_duration', { buckets: [1e-9, 3600] });
    await service.ask('find', 'Felix');
    const { histograms } = await service.app.get(MonitorService).metrics();
    expect(histograms['handler_duration{handler="CatsController.find",transport="rpc"}']?.buckets).toEqual([
      ['1e-9', 0],
      ['3600', 1],
      ['+Inf', 1],
    ]);
  });

  it('is counted under overflow when there are more handlers than the limit of series', async () => {
    const service = await startService({ maxSeries: 4 });
    for (const pattern of ['find', 'stream', 'ping', 'anew', 'anew']) await service.ask(pattern);
    const { counters, histograms } = await service.app.get(MonitorService).metrics();
    expect(counters).toMatchObject({
      'handler_calls{handler="CatsController.find",outcome="ok",transport="rpc"}': 1,
      'handler_calls{overflow="true"}': 4,
    });
    expect(histograms['handler_duration{overflow="true"}']?.count).toBe(3);
  });
});

describe('an event for a microservice', () => {
  it('is counted once under its handler, with its outcome', async () => {
    const service = await startService();
    await lastValueFrom(service.client.emit('born', 'Felix'), { defaultValue: undefined });
    await lastValueFrom(service.client.emit('died', 'Felix'), { defaultValue: undefined });
    await eventually(async () =>
      expect(await service.calls()).toEqual({
        'CatsController.born ok': 1,
        'CatsController.died error': 1,
      }),
    );
  });
});

@Controller()
@UseInterceptors(HandlerCallsInterceptor)
class CountedController {
  @MessagePattern('counted')
  counted(): string {
    return 'counted';
  }

  @Get('counted')
  page(): string {
    return 'counted';
  }
}

describe('the interceptor for handlers', () => {
  const ask = async (options: MonitorOptions, hybridOptions: NestHybridApplicationOptions) => {
    const port = await freePort();
    const transport = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
    const running = await startApp(
      'express',
      { imports: [MonitorModule.forRoot(options)], controllers: [CountedController] },
      async (app) => {
        app.connectMicroservice<MicroserviceOptions>(transport, hybridOptions);
        await app.startAllMicroservices();
      },
    );
    const client = ClientProxyFactory.create(transport);
    onTestFinished(() => client.close());
    for (let i = 0; i < 2; i++) expect(await lastValueFrom(client.send('counted', {}))).toBe('counted');
    expect(await (await running.get('/counted')).text()).toBe('counted');
    expect((await running.app.get(MonitorService).metrics()).counters.requests).toBe(1);
    return running.app;
  };

  it.each<[string, MonitorOptions, NestHybridApplicationOptions]>([
    ['where a microservice has no part in what is global', {}, {}],
    ['where there is no global interceptor', { interceptor: false }, { inheritAppConfig: true }],
    ['once, where the global one counts too', {}, { inheritAppConfig: true }],
  ])('counts messages %s, and no requests', async (_where, options, hybridOptions) => {
    const app = await ask(options, hybridOptions);
    expect(await handlerCalls(app, 'rpc')).toEqual({ 'CountedController.counted ok': 2 });
    expect(await handlerCalls(app, 'http')).toEqual({});
  });
});

@Controller('cats')
class HybridController {
  @Get()
  @MessagePattern('cats')
  cats(): string {
    return 'cats';
  }
}

describe.each(ADAPTERS)('a hybrid application on %s', (adapter) => {
  const start = async (inheritAppConfig: boolean) => {
    const port = await freePort();
    const transport = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
    const running = await startApp(
      adapter,
      { imports: [MonitorModule.forRoot()], controllers: [HybridController] },
      async (app) => {
        app.connectMicroservice<MicroserviceOptions>(transport, { inheritAppConfig });
        await app.startAllMicroservices();
      },
    );
    const client = ClientProxyFactory.create(transport);
    onTestFinished(() => client.close());
    expect(await lastValueFrom(client.send('cats', {}))).toBe('cats');
    expect(await (await running.get('/cats')).text()).toBe('cats');
    expect((await running.app.get(MonitorService).metrics()).counters.requests).toBe(1);
    return running.app;
  };

  it('counts messages of a microservice that inherits the application config, separately from requests', async () => {
    const app = await start(true);
    expect(await handlerCalls(app, 'rpc')).toEqual({ 'HybridController.cats ok': 1 });
    expect(await handlerCalls(app, 'http')).toEqual({});
  });

  it('does not count messages of a microservice that does not inherit the application config', async () => {
    expect(await handlerCalls(await start(false), 'rpc')).toEqual({});
  });
});
