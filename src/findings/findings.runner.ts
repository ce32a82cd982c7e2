import type { OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { HistoryHandle } from '../history/history.handle.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { FindingsHandle } from './findings.handle.js';

/** Loads the findings where there is a history to conclude them from, and stops them with the application. */
export class FindingsRunner implements OnApplicationShutdown {
  private constructor(private readonly handle: FindingsHandle) {}

  static async create(
    source: MetricsSource,
    { current: history }: HistoryHandle,
    handle: FindingsHandle,
  ): Promise<FindingsRunner> {
    const runner = new FindingsRunner(handle);
    if (history === undefined) return runner;
    const { MonitorFindings } = await import('./monitor-findings.js');
    const logger = new Logger('Monitor');
    handle.current = new MonitorFindings(history, source, {
      begins: (text) => logger.warn(text),
      ends: (text) => logger.log(text),
    });
    return runner;
  }

  onApplicationShutdown(): void {
    this.handle.current?.stop();
  }
}
