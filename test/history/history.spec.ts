import { Controller, Get, HttpException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import type { StepEvent } from '../../src/history/history-document.js';
import type { HistoryDocument } from '../../src/index.js';
import { MonitorModule, MonitorService } from '../../src/index.js';
import type { MonitorOptions } from '../../src/index.js';
import type { AdapterName, TestApp } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { EventStream } from '../support/event-source.js';
import { eventually } from '../support/eventually.js';

@Controller()
class ShopController {
  @Get('cats')
  cats(): string {
    return 'cats';
  }

  @Get('broken')
  broken(): string {
    throw new HttpException('broken', 500);
  }
}

const start = (adapter: AdapterName, options: MonitorOptions = {}) =>
  startApp(adapter, { imports: [MonitorModule.forRoot(options)], controllers: [ShopController] });

async function historyOf(running: TestApp, query = ''): Promise<HistoryDocument> {
  const response = await running.get(`/monitor/history${query}`);
  expect([response.status, response.headers.get('content-encoding')]).toEqual([200, 'gzip']);
  return (await response.json()) as HistoryDocument;
}

/** The figures of one series in the steps of 1 s. */
function columnsOf({ series, tiers }: HistoryDocument, key: string) {
  const index = series.findIndex((one) => one.key === key);
  const columns = tiers[0]?.columns.filter((column) => column.series === index) ?? [];
  return Object.fromEntries(columns.map(({ figure, values }) => [figure, values]));
}

/** What was counted in all steps: the rate of each, times how long it took. */
function countOf(history: HistoryDocument, key: string): number {
  const seconds = history.tiers[0]?.seconds ?? [];
  const rates = columnsOf(history, key)['rate'] ?? [];
  return rates.reduce((total: number, rate, at) => total + (rate ?? 0) * (seconds[at] ?? 0), 0);
}

const isShort = ({ step }: StepEvent) => step === 1;

describe.each(ADAPTERS)('the history of an application on %s', (adapter) => {
  it('has the requests, and the metrics of the application, in steps of one second', async () => {
    const running = await start(adapter);
    const monitor = running.app.get(MonitorService);
    const stream = await EventStream.open(`${running.url}/monitor/events`);
    await stream.next('step', isShort);
    await Promise.all([running.get('/cats'), running.get('/cats'), running.get('/broken')]);
    monitor.count('orders', 6, { kind: 'gift' });
    monitor.kv('queue', 5);
    monitor.kv('queue', 2);
    for (let i = 1; i <= 100; i++) monitor.observe('size', i);
    const end = Date.now();
    await stream.next('step', (step: StepEvent) => isShort(step) && step.time > end);
    const history = await historyOf(running);
    const counted = (key: string) => countOf(history, key);
    expect(counted('http_requests{method="GET",route="/cats",status="200"}')).toBeCloseTo(2, 3);
    expect(counted('http_requests')).toBeCloseTo(3, 3);
    expect(counted('orders{kind="gift"}')).toBeCloseTo(6, 3);
    const queue = columnsOf(history, 'queue');
    expect([queue['value']?.at(-1), queue['min']?.find((value) => value !== null)]).toEqual([2, 2]);
    expect(queue['max']?.find((value) => value !== null)).toBe(5);
    const size = columnsOf(history, 'size');
    expect(size['max']).toContain(100);
    const at = size['max']?.indexOf(100) ?? -1;
    expect(size['p50']?.[at]).toBeGreaterThan(50 / 1.011);
    expect(size['p50']?.[at]).toBeLessThan(50 * 1.011);
    expect(size['p99']?.[at]).toBeLessThan(99 * 1.011);
    const latest = (key: string) => history.latest[history.series.findIndex((one) => one.key === key)];
    expect([latest('orders{kind="gift"}'), latest('size'), latest('queue')]).toEqual([6, 100, 2]);
  });

  it('can be read of the last seconds alone', async () => {
    const running = await start(adapter);
    const stream = await EventStream.open(`${running.url}/monitor/events`);
    for (let i = 0; i < 4; i++) await stream.next('step', isShort);
    const all = await historyOf(running);
    const { time } = await eventually(async () => {
      const some = await historyOf(running, '?last=2');
      const times = some.tiers[0]?.times ?? [];
      expect(times.length).toBeGreaterThan(0);
      expect(times.length).toBeLessThan(all.tiers[0]?.times.length ?? 0);
      expect(times.every((one) => one > some.time - 3000)).toBe(true);
      return some;
    });
    // Of two limits, the later one holds.
    expect(
      (await historyOf(running, `?last=3600&since=${time}`)).tiers[0]?.times.every((one) => one > time),
    ).toBe(true);
  });
});
