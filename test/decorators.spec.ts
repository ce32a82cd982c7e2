import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Param,
  Query as QueryParameter,
  Scope,
  SetMetadata,
  Sse,
} from '@nestjs/common';
import { ModuleRef, NestFactory } from '@nestjs/core';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { BehaviorSubject, firstValueFrom, lastValueFrom, NEVER, Observable, of, throwError } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import {
  Counted,
  MonitorModule,
  MonitorOptionsError,
  MonitorService,
  parseSeriesName,
  Timed,
} from '../src/index.js';
import { MonitorTestingModule, recorded } from '../src/testing/index.js';
import { ADAPTERS, moduleOf, startApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { freePort } from './support/free-port.js';

const silent = { logger: false } as const;

async function startContext(metadata: ModuleMetadata): Promise<INestApplicationContext> {
  const imports = [...(metadata.imports ?? []), MonitorModule.forRoot({ publisher: () => {} })];
  const context = await NestFactory.createApplicationContext(moduleOf({ ...metadata, imports }), {
    ...silent,
    abortOnError: false,
  });
  onTestFinished(() => context.close());
  return context;
}

let readers = 0;

/** The timed calls by method and outcome, such as `{ 'Cats.find ok': 1 }`. */
async function timedCalls(context: INestApplicationContext): Promise<Record<string, number>> {
  const { histograms } = await context.get(MonitorService).metrics(`reader-${++readers}`);
  return Object.fromEntries(
    Object.entries(histograms).flatMap(([series, { count }]): [string, number][] => {
      const { name, labels } = parseSeriesName(series);
      return name === 'method_duration' ? [[`${labels.method} ${labels.outcome}`, count]] : [];
    }),
  );
}

async function countersOf(context: INestApplicationContext): Promise<Record<string, number>> {
  const { counters } = await context.get(MonitorService).metrics(`reader-${++readers}`);
  return counters;
}

/** Runs when it is awaited, as the queries of database libraries do. */
class Lazy {
  runs = 0;

  limit(): this {
    return this;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- It is what this test is about.
  then<T>(onValue: (value: number) => T): Promise<T> {
    this.runs++;
    return Promise.resolve(this.runs).then(onValue);
  }
}

class Cats {
  readonly subject = new BehaviorSubject(1);
  readonly file = Readable.from(['a', 'b']);

  @Timed()
  name(): string {
    return 'Felix';
  }

  @Timed()
  throws(): never {
    throw new Error('no cat');
  }

  @Timed()
  async later(name: string): Promise<string> {
    await Promise.resolve();
    return name;
  }

  @Timed()
  rejects(): Promise<never> {
    return Promise.reject(new Error('no cat'));
  }

  @Timed()
  all(): Observable<number> {
    return of(1, 2, 3);
  }

  @Timed()
  endless(): Observable<never> {
    return NEVER;
  }

  @Timed()
  failing(): Observable<never> {
    return throwError(() => new Error('no cat'));
  }

  @Timed()
  source(): BehaviorSubject<number> {
    return this.subject;
  }

  @Timed()
  async *walk(): AsyncGenerator<number> {
    yield 1;
    await Promise.resolve();
    yield 2;
  }

  @Timed()
  async *stumble(): AsyncGenerator<number> {
    yield 1;
    throw new Error('no cat');
  }

  @Timed()
  stream(): Readable {
    return this.file;
  }

  @Timed()
  query(): Lazy {
    return new Lazy();
  }
}

describe('a method with @Timed()', () => {
  const start = async () => {
    const context = await startContext({ providers: [Cats] });
    return { context, cats: context.get(Cats) };
  };

  it('returns and throws what it does without it, and is recorded with its outcome', async () => {
    const { context, cats } = await start();
    expect(cats.name()).toBe('Felix');
    expect(() => cats.throws()).toThrow('no cat');
    expect(await cats.later('Tom')).toBe('Tom');
    await expect(cats.rejects()).rejects.toThrow('no cat');
    expect(await timedCalls(context)).toEqual({
      'Cats.name ok': 1,
      'Cats.throws error': 1,
      'Cats.later ok': 1,
      'Cats.rejects error': 1,
    });
  });

  it('that returns an Observable is recorded once for each subscription, when it ends', async () => {
    const { context, cats } = await start();
    const all = cats.all();
    expect(await timedCalls(context)).toEqual({});
    expect(await lastValueFrom(all)).toBe(3);
    expect(await lastValueFrom(all)).toBe(3);
    expect(await firstValueFrom(all)).toBe(1);
    cats.endless().subscribe().unsubscribe();
    await expect(lastValueFrom(cats.failing())).rejects.toThrow('no cat');
    expect(await timedCalls(context)).toEqual({
      'Cats.all ok': 2,
      'Cats.all cancelled': 1,
      'Cats.endless cancelled': 1,
      'Cats.failing error': 1,
    });
  });

  it('that returns a Subject returns that same Subject', async () => {
    const { context, cats } = await start();
    expect(cats.source()).toBe(cats.subject);
    expect(await timedCalls(context)).toEqual({ 'Cats.source ok': 1 });
  });

  it('that returns an asynchronous iterator is recorded when that has ended, failed or was left', async () => {
    const { context, cats } = await start();
    const seen: number[] = [];
    for await (const step of cats.walk()) seen.push(step);
    for await (const step of cats.walk()) {
      seen.push(step);
      break;
    }
    const failing = cats.stumble();
    expect(Object.prototype.toString.call(failing)).toBe('[object AsyncGenerator]');
    await failing.next();
    await expect(failing.next()).rejects.toThrow('no cat');
    const ended = cats.walk();
    for await (const step of ended) seen.push(step);
    // Calls after the end change nothing.
    expect(await ended.next()).toEqual({ done: true, value: undefined });
    await ended.return(undefined);
    expect(seen).toEqual([1, 2, 1, 1, 2]);
    expect(await timedCalls(context)).toEqual({
      'Cats.walk ok': 2,
      'Cats.walk cancelled': 1,
      'Cats.stumble error': 1,
    });
  });

  it('that returns a stream or a lazy query returns that same object, which still runs only once', async () => {
    const { context, cats } = await start();
    expect(cats.stream()).toBe(cats.file);
    const query = cats.query().limit();
    expect(query).toBeInstanceOf(Lazy);
    expect(query.runs).toBe(0);
    expect(await timedCalls(context)).toEqual({ 'Cats.stream ok': 1 });
    expect(await query).toBe(1);
    expect(await query).toBe(2);
    expect(await timedCalls(context)).toEqual({ 'Cats.stream ok': 1, 'Cats.query ok': 1 });
  });

  it('leaves a rejection that nobody handles to the process', async () => {
    const { cats } = await start();
    const listeners = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[];
    process.removeAllListeners('unhandledRejection');
    onTestFinished(() => {
      for (const listener of listeners) process.on('unhandledRejection', listener);
    });
    const unhandled = once(process, 'unhandledRejection') as Promise<[Error]>;
    void cats.rejects();
    expect((await unhandled)[0].message).toBe('no cat');
  });

  it('measures seconds', async () => {
    class Slow {
      @Timed()
      wait(): Promise<void> {
        return new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
    const context = await startContext({ providers: [Slow] });
    await context.get(Slow).wait();
    const { sum } = await recorded(context.get(MonitorService)).histogram('method_duration', {
      method: 'Slow.wait',
      outcome: 'ok',
    });
    expect(sum).toBeGreaterThanOrEqual(0.029);
    expect(sum).toBeLessThan(30);
  });
});

class Shop {
  @Counted('payments', { labels: ([currency]: [string], result) => ({ currency, ok: String(result) }) })
  pay(_currency: string): boolean {
    return true;
  }

  @Timed('checkout', { help: 'Duration of checkouts.' })
  @Counted()
  checkout(): void {}

  @Counted({
    labels: () => {
      throw new Error('no labels');
    },
  })
  broken(): void {}

  @Counted('per_customer', { labels: ([customer]: [number]) => ({ customer }) })
  order(_customer: number): void {}

  @Counted({ labels: () => ({ outcome: 'mine', method: 'mine', size: 7 }) })
  sized(): void {}
}

describe('the metric', () => {
  it('has the name and the labels that are given, and the outcome', async () => {
    const context = await startContext({ providers: [Shop] });
    const shop = context.get(Shop);
    shop.pay('EUR');
    shop.pay('EUR');
    shop.checkout();
    shop.sized();
    const counters = await countersOf(context);
    expect(counters).toMatchObject({
      'payments{currency="EUR",ok="true",outcome="ok"}': 2,
      'method_calls{method="Shop.checkout",outcome="ok"}': 1,
      'method_calls{method="Shop.sized",outcome="ok",size="7"}': 1,
    });
    const { metrics } = await context.get(MonitorService).measurements();
    const checkout = metrics.metrics.find(({ name }) => name === 'checkout');
    expect(checkout?.description).toEqual({ help: 'Duration of checkouts.', unit: 'seconds' });
  });

  it('has the description that the application has given itself, before that of the decorator', async () => {
    const context = await startContext({ providers: [Shop] });
    const monitor = context.get(MonitorService);
    monitor.describe('checkout', { help: 'Mine.' });
    context.get(Shop).checkout();
    const { metrics } = await monitor.measurements();
    const checkout = metrics.metrics.find(({ name }) => name === 'checkout');
    expect(checkout?.description).toEqual({ help: 'Mine.', unit: 'seconds' });
  });

  it('counts a call without labels if they cannot be made, and the mistake', async () => {
    const context = await startContext({ providers: [Shop] });
    context.get(Shop).broken();
    expect(await countersOf(context)).toMatchObject({
      'method_calls{method="Shop.broken",outcome="ok"}': 1,
      monitor_rejected_samples: 1,
    });
  });

  it('keeps to the limit of series', async () => {
    const imports = [MonitorModule.forRoot({ publisher: () => {}, maxSeries: 10 })];
    const context = await NestFactory.createApplicationContext(
      moduleOf({ imports, providers: [Shop] }),
      silent,
    );
    onTestFinished(() => context.close());
    for (let customer = 0; customer < 100; customer++) context.get(Shop).order(customer);
    const counters = await countersOf(context);
    const own = Object.keys(counters).filter((series) => series.startsWith('per_customer'));
    expect(own).toHaveLength(6);
    expect(counters['per_customer{overflow="true"}']).toBe(95);
  });
});

describe('a class with @Timed()', () => {
  @Timed()
  class Dogs {
    readonly arrow = () => 'arrow';

    onModuleInit(): void {}

    get age(): number {
      return 7;
    }

    bark(): string {
      return 'woof';
    }

    @Timed('naps')
    sleep(): void {}
  }

  @Timed('housework')
  class House {
    clean(): void {}
    cook(): void {}
  }

  it('records all of its methods but lifecycle hooks, and one with a decorator of its own as that says', async () => {
    const context = await startContext({ providers: [Dogs, House] });
    const dogs = context.get(Dogs);
    expect([dogs.arrow(), dogs.age, dogs.bark()]).toEqual(['arrow', 7, 'woof']);
    dogs.sleep();
    context.get(House).clean();
    context.get(House).cook();
    expect(await timedCalls(context)).toEqual({ 'Dogs.bark ok': 1 });
    const of = recorded(context.get(MonitorService));
    expect((await of.histogram('naps', { outcome: 'ok' })).count).toBe(1);
    expect((await of.histogram('housework', { method: 'House.cook', outcome: 'ok' })).count).toBe(1);
  });
});

describe('the name of a method', () => {
  class Animal {
    @Timed()
    move(): string {
      return 'moves';
    }
  }

  class Bird extends Animal {
    @Timed()
    override move(): string {
      return `${super.move()}, flies`;
    }
  }

  class Fish extends Animal {}

  class Odd {
    static readonly name = 7 as unknown as string;

    @Timed()
    move(): void {}
  }

  it('is that of the class in which it is written, in a subclass too', async () => {
    const context = await startContext({ providers: [Animal, Bird, Fish, Odd] });
    expect(context.get(Bird).move()).toBe('moves, flies');
    context.get(Fish).move();
    context.get(Odd).move();
    expect(await timedCalls(context)).toEqual({
      'Animal.move ok': 2,
      'Bird.move ok': 1,
      'anonymous.move ok': 1,
    });
  });
});

describe('a decorated method', () => {
  it('keeps its name, its length, and the metadata of the decorators above and below it', () => {
    class Decorated {
      @SetMetadata('above', 1)
      @Timed()
      @Counted()
      @SetMetadata('below', 2)
      run(_a: string, _b: string): void {}
    }
    // oxlint-disable-next-line typescript/unbound-method
    const { run } = Decorated.prototype;
    expect([run.name, run.length]).toEqual(['run', 2]);
    expect([Reflect.getMetadata('above', run), Reflect.getMetadata('below', run)]).toEqual([1, 2]);
  });

  it('runs unrecorded without the module, with a mock of everything, and without an object', async () => {
    expect(new Cats().name()).toBe('Felix');
    // oxlint-disable-next-line typescript/unbound-method
    const { name } = new Cats();
    expect(Reflect.apply(name, undefined, [])).toBe('Felix');
    const module = await Test.createTestingModule({ providers: [Cats] })
      .useMocker(() => ({ ownHistogram: () => undefined }))
      .compile();
    expect(module.get(Cats).name()).toBe('Felix');
    expect(Object.keys(module.get(Cats))).toEqual(Object.keys(new Cats()));
  });

  it('is recorded in a unit test with MonitorTestingModule', async () => {
    const module = await Test.createTestingModule({
      imports: [MonitorTestingModule],
      providers: [Cats],
    }).compile();
    module.get(Cats).name();
    const series = { method: 'Cats.name', outcome: 'ok' };
    expect((await recorded(module.get(MonitorService)).histogram('method_duration', series)).count).toBe(1);
  });

  it('records to the application whose object it is', async () => {
    const first = await startContext({ providers: [Cats] });
    const second = await startContext({ providers: [Cats] });
    first.get(Cats).name();
    expect(await timedCalls(first)).toEqual({ 'Cats.name ok': 1 });
    expect(await timedCalls(second)).toEqual({});
  });
});

@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  @Timed()
  find(): string {
    return 'Felix';
  }
}

@Controller('cats')
class CatsController {
  constructor(@Inject(PerRequest) private readonly cats: PerRequest) {}

  @Timed()
  @Get('above/:name')
  above(@Param('name') name: string, @QueryParameter('age') age: string): string {
    return `${name} ${age} ${this.cats.find()}`;
  }

  @Get('below')
  @Timed()
  below(): Promise<string> {
    return Promise.resolve('below');
  }

  @Timed()
  @Sse('events')
  events(): Observable<{ data: string }> {
    return of({ data: 'one' }, { data: 'two' });
  }
}

@Timed()
@Controller('dogs')
class DogsController {
  @Get()
  all(): string[] {
    return ['Rex'];
  }
}

@Timed()
@WebSocketGateway()
class Gateway {
  @SubscribeMessage('find')
  find(@MessageBody() name: string) {
    return { event: 'found', data: name };
  }
}

@Resolver()
class CatsResolver {
  @Timed()
  @Query(() => String)
  above(): string {
    return 'above';
  }

  @Query(() => String)
  @Timed()
  below(): string {
    return 'below';
  }
}

describe.each(ADAPTERS)('on %s', (adapter) => {
  it('handlers of controllers, of request-scoped providers and of gateways are recorded and answer as before', async () => {
    const started = await startApp(
      adapter,
      {
        imports: [MonitorModule.forRoot()],
        controllers: [CatsController, DogsController],
        providers: [PerRequest, Gateway],
      },
      (created) => void created.useWebSocketAdapter(new WsAdapter(created)),
    );
    const { app, port } = started;
    const get = (path: string) => started.get(path);
    expect(await (await get('/cats/above/Tom?age=7')).text()).toBe('Tom 7 Felix');
    expect(await (await get('/cats/below')).text()).toBe('below');
    expect(await (await get('/cats/events')).text()).toContain('data: two');
    expect(await (await get('/dogs')).json()).toEqual(['Rex']);
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(client, 'open');
    client.send(JSON.stringify({ event: 'find', data: 'Felix' }));
    const [message] = (await once(client, 'message')) as [Buffer];
    client.terminate();
    expect(JSON.parse(message.toString())).toEqual({ event: 'found', data: 'Felix' });
    await eventually(async () =>
      expect(await timedCalls(app)).toEqual({
        'CatsController.above ok': 1,
        'PerRequest.find ok': 1,
        'CatsController.below ok': 1,
        'CatsController.events ok': 1,
        'DogsController.all ok': 1,
        'Gateway.find ok': 1,
      }),
    );
  });
});

describe('beside other decorators', () => {
  it('resolvers answer and are recorded', async () => {
    const { app, url } = await startApp('fastify', {
      imports: [
        MonitorModule.forRoot(),
        GraphQLModule.forRoot({ driver: MercuriusDriver, autoSchemaFile: true }),
      ],
      providers: [CatsResolver],
    });
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ above below }' }),
    });
    expect(await response.json()).toEqual({ data: { above: 'above', below: 'below' } });
    expect(await timedCalls(app)).toEqual({ 'CatsResolver.above ok': 1, 'CatsResolver.below ok': 1 });
  });

  it('handlers of messages answer and are recorded', async () => {
    @Controller()
    class Messages {
      @Timed()
      @MessagePattern('above')
      above(name: string): string {
        return name;
      }

      @MessagePattern('below')
      @Timed()
      below(name: string): string {
        return name;
      }
    }
    const options = { host: '127.0.0.1', port: await freePort() };
    const app = await NestFactory.createMicroservice(
      moduleOf({ imports: [MonitorModule.forRoot({ publisher: () => {} })], controllers: [Messages] }),
      { transport: Transport.TCP, options, ...silent },
    );
    onTestFinished(() => app.close());
    await app.listen();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    onTestFinished(() => void client.close());
    expect(await firstValueFrom(client.send<string>('above', 'Felix'))).toBe('Felix');
    expect(await firstValueFrom(client.send<string>('below', 'Tom'))).toBe('Tom');
    expect(await timedCalls(app)).toEqual({ 'Messages.above ok': 1, 'Messages.below ok': 1 });
  });

  it('scheduled jobs run and are recorded', async () => {
    class Jobs {
      readonly runs: string[] = [];

      @Timed()
      @Cron('* * * * * *')
      above(): void {
        this.runs.push('above');
      }

      @Cron('* * * * * *')
      @Timed()
      below(): void {
        this.runs.push('below');
      }
    }
    const context = await startContext({ imports: [ScheduleModule.forRoot()], providers: [Jobs] });
    await eventually(async () =>
      expect(Object.keys(await timedCalls(context)).sort()).toEqual(['Jobs.above ok', 'Jobs.below ok']),
    );
    expect(context.get(Jobs).runs).toEqual(expect.arrayContaining(['above', 'below']));
  });

  it('providers from factories and values, and transient ones, are recorded', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends Cats {}
    const value = new Cats();
    const context = await startContext({
      providers: [
        { provide: 'factory', useFactory: () => new Cats() },
        { provide: 'value', useValue: value },
        Transient,
      ],
    });
    context.get<Cats>('factory').name();
    value.name();
    (await context.resolve(Transient)).name();
    const created = await context.get(ModuleRef).create(Cats);
    created.name();
    expect(await timedCalls(context)).toEqual({ 'Cats.name ok': 4 });
  });
});

describe('a decorator that cannot work', () => {
  it.each(['providers', 'controllers'] as const)(
    'fails the start with the name of its class, if it is of another copy of this package: %s',
    async (kind) => {
      // The CommonJS build, as a copy that a library would depend on.
      const other = createRequire(import.meta.url)('../dist/cjs/index.js') as { Timed: typeof Timed };
      @(kind === 'controllers' ? Controller('birds') : Injectable())
      class Birds {
        @other.Timed()
        sing(): void {}
      }
      await expect(startContext({ [kind]: [Birds] })).rejects.toThrow(
        /^There are two copies of nestjs-monitor: the application imports .*, and Birds uses .*dist/,
      );
      expect(new Birds().sing()).toBeUndefined();
    },
  );

  it('is an error when the class is defined', () => {
    expect(() => Timed({ labels: 7 as never })).toThrow(MonitorOptionsError);
    expect(() => Counted('')).toThrow('"@Counted().name" is \'\', but must be a text of 1 to 200 characters');
    expect(() => Timed({ label: {} } as never)).toThrow('there is no option "@Timed().label"');
    expect(() => {
      class Static {
        @Timed()
        static find(): void {}
      }
      return Static;
    }).toThrow(
      "@Timed() is for classes, and for methods that are not static: it cannot be applied to 'find'",
    );
    expect(() => {
      class Field {
        // Applied as an untyped caller does.
        @(Timed() as PropertyDecorator)
        find = () => {};
      }
      return Field;
    }).toThrow(TypeError);
  });
});
