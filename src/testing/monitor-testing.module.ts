import { Global, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { resolveAccessOptions } from '../access/access.options.js';
import { MonitorAccess } from '../access/monitor-access.js';
import { LocalityResolver } from '../common/http/locality.js';
import { DecoratedInstances } from '../instrumentation/decorators/decorated-instances.js';
import { HandlerCalls } from '../instrumentation/handlers/handler-calls.js';
import { MonitorService } from '../monitor.service.js';
import { MetricsRegistry } from '../metrics/registry.js';
import { testingMonitorOf, testingRegistry } from './testing-monitor.js';

/**
 * Replaces `MonitorModule` in a unit test: provides a real `MonitorService` that records in memory. There is no
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
    {
      provide: HandlerCalls,
      inject: [MetricsRegistry],
      useFactory: (registry: MetricsRegistry) => new HandlerCalls(registry),
    },
    {
      provide: MonitorAccess,
      useFactory: () => new MonitorAccess(resolveAccessOptions({}), new LocalityResolver()),
    },
    {
      provide: DecoratedInstances,
      inject: [MetricsRegistry, ModulesContainer],
      useFactory: (registry: MetricsRegistry, modules: ModulesContainer) =>
        new DecoratedInstances(registry, modules),
    },
  ],
  // What the decorators, HandlerCallsInterceptor and LoopbackGuard inject into the classes that use them.
  exports: [MetricsRegistry, MonitorService, HandlerCalls, MonitorAccess],
})
export class MonitorTestingModule {}
