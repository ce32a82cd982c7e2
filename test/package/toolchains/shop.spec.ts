/** Tests as a user writes them, for Jest: with the testing module, with a mocked service, and of the whole application. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import { createTestingMonitor, MonitorTestingModule, recorded } from 'nestjs-monitor/testing';

@Injectable()
class StockService {
  constructor(private readonly monitor: MonitorService) {}

  take(product: string): void {
    this.monitor.count('taken', 1, { product });
  }
}

@Controller('products')
class ProductsController {
  constructor(private readonly stock: StockService) {}

  @Get(':id')
  show(): string {
    this.stock.take('Cup');
    return 'Cup';
  }
}

@Module({
  imports: [MonitorModule.forRoot({ diagnostics: true })],
  controllers: [ProductsController],
  providers: [StockService],
})
class AppModule {}

describe('a unit test', () => {
  it('reads what was recorded', async () => {
    const module = await Test.createTestingModule({
      imports: [MonitorTestingModule],
      providers: [StockService],
    }).compile();
    module.get(StockService).take('Cup');
    expect(await recorded(module.get(MonitorService)).counter('taken', { product: 'Cup' })).toBe(1);
  });

  it('reads it with useMocker() too', async () => {
    const module = await Test.createTestingModule({ providers: [StockService] })
      .useMocker((token) => (token === MonitorService ? createTestingMonitor() : {}))
      .compile();
    module.get(StockService).take('Cup');
    expect(await recorded(module.get(MonitorService)).counter('taken', { product: 'Cup' })).toBe(1);
  });
});

describe('an end-to-end test', () => {
  // If so, the application has no port, which would keep Jest open by itself.
  const isLeftOpen = process.env.LEAVE_OPEN !== undefined;
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication();
    if (isLeftOpen) await app.init();
    else await app.listen(0, '127.0.0.1');
  });

  afterAll(async () => {
    if (!isLeftOpen) await app.close();
  });

  it('is answered by the application, the endpoint and the page', async () => {
    expect(app.get(MonitorService)).toBeInstanceOf(MonitorService);
    if (isLeftOpen) return;
    const url = await app.getUrl();
    expect(await (await fetch(`${url}/products/1`)).text()).toBe('Cup');
    const document = (await (await fetch(`${url}/monitor`)).json()) as { counters: Record<string, number> };
    expect(document.counters['taken{product="Cup"}']).toBe(1);
    const page = await (await fetch(`${url}/monitor/dashboard`)).text();
    const [, script = ''] = /src="([^"]+)"/.exec(page) ?? [];
    expect((await fetch(new URL(script, `${url}/monitor/dashboard`))).status).toBe(200);
    const profile = await fetch(`${url}/monitor/profile/cpu?seconds=0.1&format=table`);
    expect(profile.status).toBe(200);
  });
});
