import { SafeLogger } from '../common/safe-logger.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { ResolvedHistoryOptions } from './history.options.js';
import type { MonitorHistory } from './monitor-history.js';

export async function loadHistory(
  options: ResolvedHistoryOptions,
  source: MetricsSource,
): Promise<MonitorHistory> {
  const { MonitorHistory: History } = await import('./monitor-history.js');
  const logger = new SafeLogger('Monitor');
  return new History(source, options, {
    failure: (text) => logger.warn(text),
    recovery: (text) => logger.log(text),
  });
}
