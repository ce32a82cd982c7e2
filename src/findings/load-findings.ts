import { SafeLogger } from '../common/safe-logger.js';
import type { MonitorHistory } from '../history/monitor-history.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { MonitorFindings } from './monitor-findings.js';

/** @param explainsBlocks whether diagnostics explain blocks of the event loop now. */
export async function loadFindings(
  history: MonitorHistory,
  source: MetricsSource,
  explainsBlocks: () => boolean,
): Promise<MonitorFindings> {
  const { MonitorFindings: Findings } = await import('./monitor-findings.js');
  const logger = new SafeLogger('Monitor');
  const log = {
    begins: (text: string): void => logger.warn(text),
    ends: (text: string): void => logger.log(text),
  };
  return new Findings(history, source, log, { explainsBlocks });
}
