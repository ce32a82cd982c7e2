import { SafeLogger } from '../common/safe-logger.js';
import { CallContext } from '../common/call-context.js';
import { Collectors } from '../instrumentation/runtime/collectors.js';
import { Watches } from '../instrumentation/watch/watches.js';
import { EventLoopBlocks } from '../metrics/collection/event-loop-blocks.js';
import { MetricsReader } from '../metrics/collection/reader.js';
import { MetricsRegistry } from '../metrics/registry.js';
import { CurrentSource } from '../metrics/source/current-source.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import { METRICS_SOURCE } from '../metrics/source/metrics-source.js';
import { RegistrySource } from '../metrics/source/registry-source.js';
import { MonitorService } from '../monitor.service.js';
import type { Wiring } from './wiring.js';

/** The registry of the metrics, and everything that reads it in this process. */
export const METRICS: Wiring = {
  providers: [
    {
      provide: MetricsRegistry,
      useFactory: () => {
        const logger = new SafeLogger('Monitor');
        return new MetricsRegistry({ warn: (text) => logger.warn(text) });
      },
    },
    {
      provide: Collectors,
      inject: [MetricsRegistry],
      useFactory: (registry: MetricsRegistry) => {
        const logger = new SafeLogger('Monitor');
        return new Collectors(registry, {
          failure: (text) => logger.warn(text),
          recovery: (text) => logger.log(text),
        });
      },
    },
    { provide: CallContext, useFactory: () => new CallContext() },
    {
      provide: Watches,
      inject: [MetricsRegistry, Collectors],
      useFactory: (registry: MetricsRegistry, collectors: Collectors) => new Watches(registry, collectors),
    },
    { provide: EventLoopBlocks, useFactory: () => new EventLoopBlocks() },
    {
      provide: CurrentSource,
      inject: [MetricsRegistry, Collectors, EventLoopBlocks],
      useFactory: (registry: MetricsRegistry, collectors: Collectors, blocks: EventLoopBlocks) => {
        const facts = () => ({ ...collectors.facts(), eventloop_blocks: blocks.read() });
        return new CurrentSource(new RegistrySource(registry, facts));
      },
    },
    { provide: METRICS_SOURCE, useExisting: CurrentSource },
    {
      provide: MetricsReader,
      inject: [METRICS_SOURCE],
      useFactory: (source: MetricsSource) => new MetricsReader(source),
    },
    MonitorService,
  ],
  exports: [CallContext, MonitorService, MetricsRegistry, METRICS_SOURCE, MetricsReader],
};
