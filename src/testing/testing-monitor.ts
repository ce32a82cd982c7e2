import { SafeLogger } from '../common/safe-logger.js';
import { Collectors } from '../instrumentation/runtime/collectors.js';
import { MetricsReader } from '../metrics/collection/reader.js';
import { MetricsRegistry } from '../metrics/registry.js';
import { RegistrySource } from '../metrics/source/registry-source.js';
import { MonitorService } from '../monitor.service.js';

/**
 * A real `MonitorService` in memory, for a unit test that creates its objects itself or mocks what they inject. It starts
 * nothing, so there is nothing to close. Each one has metrics of its own.
 *
 * @example
 * const monitor = createTestingMonitor();
 * const orders = new OrdersService(monitor);
 *
 * @example
 * // With useMocker(), everything else is a mock:
 * .useMocker((token) => (token === MonitorService ? createTestingMonitor() : createMock()))
 */
export function createTestingMonitor(): MonitorService {
  return testingMonitorOf(testingRegistry());
}

export function testingRegistry(): MetricsRegistry {
  return new MetricsRegistry({ warn });
}

export function testingMonitorOf(registry: MetricsRegistry): MonitorService {
  // Collectors that are not started record nothing. They still know the process id and the like.
  const collectors = new Collectors(registry, { failure: warn, recovery: warn });
  const source = new RegistrySource(registry, () => ({ ...collectors.facts(), eventloop_blocks: [] }));
  return new MonitorService(registry, new MetricsReader(source));
}

function warn(text: string): void {
  new SafeLogger('Monitor').warn(text);
}
