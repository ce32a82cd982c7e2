import { Controller, Get, Injectable, UseGuards, UseInterceptors } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  Counted,
  HandlerCallsInterceptor,
  LoopbackGuard,
  MonitorModule,
  MonitorService,
  Timed,
} from '../src/index.js';
import { createTestingMonitor, MonitorTestingModule, recorded } from '../src/testing/index.js';

class Mailer {
  send(): void {}
}

@Injectable()
class Orders {
  constructor(
    private readonly monitor: MonitorService,
    private readonly mailer: Mailer,
  ) {}

  place(product: string, total: number): void {
    this.monitor.count('orders', 1, { product, gift: false });
    this.monitor.observe('order_total', total);
    this.monitor.kv('last_total', total);
    this.mailer.send();
  }
}

async function ordersModule() {
  const providers = [Orders, Mailer];
  return Test.createTestingModule({ imports: [MonitorTestingModule], providers }).compile();
}

describe('MonitorTestingModule', () => {
  it('records what a provider counts, sets and observes, and reads it back by name and labels', async () => {
    const module = await ordersModule();
    module.get(Orders).place('Cup', 12);
    module.get(Orders).place('Cup', 30);
    const metrics = recorded(module.get(MonitorService));
    expect(await metrics.counter('orders', { gift: false, product: 'Cup' })).toBe(2);
    expect(await metrics.gauge('last_total')).toBe(30);
    expect(await metrics.histogram('order_total')).toEqual({ count: 2, sum: 42, min: 12, max: 30 });
  });

  it('answers 0, undefined and an empty histogram for what was not recorded', async () => {
    const metrics = recorded((await ordersModule()).get(MonitorService));
    expect(await metrics.counter('orders', { product: 'Cup' })).toBe(0);
    expect(await metrics.gauge('last_total')).toBeUndefined();
    expect(await metrics.histogram('order_total')).toEqual({
      count: 0,
      sum: 0,
      min: undefined,
      max: undefined,
    });
  });

  it('answers 0 for labels that are not allowed, as no series has them', async () => {
    const monitor = createTestingMonitor();
    monitor.count('orders', 3);
    const tooLong = { product: 'x'.repeat(300) };
    expect(await recorded(monitor).counter('orders', tooLong)).toBe(0);
    expect(await recorded(monitor).counter('orders', { product: null } as never)).toBe(0);
  });

  it('says so when a metric is read as another kind', async () => {
    const module = await ordersModule();
    module.get(Orders).place('Cup', 12);
    await expect(recorded(module.get(MonitorService)).counter('order_total')).rejects.toThrow(
      '"order_total" is a histogram, not a counter. Read it with recorded(monitor).histogram().',
    );
  });

  it('gives each testing module metrics of its own', async () => {
    const [first, second] = [await ordersModule(), await ordersModule()];
    first.get(Orders).place('Cup', 12);
    const labels = { product: 'Cup', gift: false };
    expect(await recorded(first.get(MonitorService)).counter('orders', labels)).toBe(1);
    expect(await recorded(second.get(MonitorService)).counter('orders', labels)).toBe(0);
  });

  it('records @Timed() and @Counted() on objects of useFactory and useValue, once it is initialized', async () => {
    class Cats {
      @Timed('find_cat')
      find(): void {}

      @Counted('fed_cats')
      feed(): void {}
    }
    const value = new Cats();
    const module = await Test.createTestingModule({
      imports: [MonitorTestingModule],
      providers: [
        { provide: 'factory', useFactory: () => new Cats() },
        { provide: 'value', useValue: value },
      ],
    }).compile();
    await module.init();
    for (const cats of [module.get<Cats>('factory'), value]) {
      cats.find();
      cats.feed();
    }
    const metrics = recorded(module.get(MonitorService));
    expect((await metrics.histogram('find_cat', { outcome: 'ok' })).count).toBe(2);
    expect(await metrics.counter('fed_cats', { outcome: 'ok' })).toBe(2);
  });

  it('lets HandlerCallsInterceptor count the messages of a gateway', async () => {
    @UseInterceptors(HandlerCallsInterceptor)
    @WebSocketGateway()
    class CatsGateway {
      @SubscribeMessage('find')
      find(): { event: string } {
        return { event: 'found' };
      }
    }
    const module = await Test.createTestingModule({
      imports: [MonitorTestingModule],
      providers: [CatsGateway],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    onTestFinished(() => app.close());
    await app.useWebSocketAdapter(new WsAdapter(app)).listen(0, '127.0.0.1');
    const socket = new WebSocket((await app.getUrl()).replace('http', 'ws'));
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    socket.send(JSON.stringify({ event: 'find' }));
    await once(socket, 'message');
    const labels = { transport: 'ws', handler: 'CatsGateway.find', outcome: 'ok' };
    expect(await recorded(module.get(MonitorService)).counter('handler_calls', labels)).toBe(1);
  });

  it('lets LoopbackGuard guard a controller, with the default options', async () => {
    @UseGuards(LoopbackGuard)
    @Controller('admin')
    class AdminController {
      @Get()
      read(): string {
        return 'secret';
      }
    }
    const module = await Test.createTestingModule({
      imports: [MonitorTestingModule],
      controllers: [AdminController],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/admin`;
    expect(await (await fetch(url)).text()).toBe('secret');
    expect((await fetch(url, { headers: { 'X-Forwarded-For': '203.0.113.7' } })).status).toBe(403);
  });

  it('starts nothing that would keep a test runner open, closed or not', async () => {
    const before = process.getActiveResourcesInfo().sort();
    const module = await ordersModule();
    await module.init();
    expect(process.getActiveResourcesInfo().sort()).toEqual(before);
    await module.close();
    expect(process.getActiveResourcesInfo().sort()).toEqual(before);
  });
});

describe('createTestingMonitor()', () => {
  it('is a MonitorService for an object that the test makes itself', async () => {
    const monitor = createTestingMonitor();
    expect(monitor).toBeInstanceOf(MonitorService);
    new Orders(monitor, new Mailer()).place('Cup', 5);
    expect((await recorded(monitor).histogram('order_total')).count).toBe(1);
    expect((await monitor.metrics()).instance.pid).toBe(process.pid);
  });

  it('is what useMocker() gives for MonitorService, beside mocks of the rest', async () => {
    const send = vi.fn();
    const module = await Test.createTestingModule({ providers: [Orders] })
      .useMocker((token) => (token === MonitorService ? createTestingMonitor() : { send }))
      .compile();
    module.get(Orders).place('Cup', 5);
    expect(send).toHaveBeenCalledOnce();
    expect(await recorded(module.get(MonitorService)).gauge('last_total')).toBe(5);
  });
});

describe('recorded()', () => {
  it('reads the MonitorService of a whole application too', async () => {
    const module = await Test.createTestingModule({
      imports: [MonitorModule.forRoot()],
      providers: [Orders, Mailer],
    }).compile();
    onTestFinished(() => module.close());
    await module.init();
    module.get(Orders).place('Cup', 7);
    expect(
      await recorded(module.get(MonitorService)).counter('orders', { product: 'Cup', gift: false }),
    ).toBe(1);
  });

  it('takes no window away from another reader', async () => {
    const monitor = createTestingMonitor();
    monitor.kv('level', 3);
    await recorded(monitor).gauge('level');
    expect((await monitor.metrics()).max_gauges).toEqual({ level: 3 });
  });

  it('says what it needs when it is given something else', () => {
    expect(() => recorded(undefined as never)).toThrow(
      'recorded() needs the MonitorService, such as module.get(MonitorService), and was given undefined.',
    );
  });
});
