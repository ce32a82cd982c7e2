import { Logger } from '@nestjs/common';
import type { MonitorHistory } from '../history/monitor-history.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { MonitorFindings } from './monitor-findings.js';

export async function loadFindings(history: MonitorHistory, source: MetricsSource): Promise<MonitorFindings> {
  const { MonitorFindings: Findings } = await import('./monitor-findings.js');
  const logger = new Logger('Monitor');
  return new Findings(history, source, {
    begins: (text) => logger.warn(text),
    ends: (text) => logger.log(text),
  });
}
