import { Global, Module } from '@nestjs/common';
import { MonitorService } from '../monitor.service.js';
import { MetricsRegistry } from '../metrics/registry.js';
import { testingMonitorOf, testingRegistry } from './testing-monitor.js';

/**
 * Takes the place of `MonitorModule` in a unit test: provides a real `MonitorService` that records in memory. There is no
 * endpoint, no timer, no publisher and no global interceptor. Each testing module has metrics of its own.
 *
 * @example
 * const module = await Test.createTestingModule({
 *   imports: [MonitorTestingModule],
 *   providers: [OrdersService],
 * }).compile();
 * module.get(OrdersService).place(order);
 * expect(await recorded(module.get(MonitorService)).counter('orders')).toBe(1);
 */
@Global()
@Module({
  providers: [
    { provide: MetricsRegistry, useFactory: testingRegistry },
    { provide: MonitorService, inject: [MetricsRegistry], useFactory: testingMonitorOf },
  ],
  // The registry is for what @Timed() and @Counted() record.
  exports: [MetricsRegistry, MonitorService],
})
export class MonitorTestingModule {}
