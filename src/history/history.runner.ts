import type { OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { Startup } from '../common/startup/startup.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { HistoryHandle } from './history.handle.js';
import type { ResolvedHistoryOptions } from './history.options.js';

/** Starts the history with the application, and stops it. */
export class HistoryRunner implements OnApplicationShutdown {
  private isStopped = false;

  private constructor(private readonly handle: HistoryHandle) {}

  /**
   * Loads the history. It is loaded with the providers and not when the application starts, since a process that has no
   * descriptor left by then cannot load a file.
   *
   * @param options `undefined` for no history: nothing is loaded then.
   */
  static async create(
    options: ResolvedHistoryOptions | undefined,
    source: MetricsSource,
    handle: HistoryHandle,
    startup: Startup,
  ): Promise<HistoryRunner> {
    const runner = new HistoryRunner(handle);
    if (options === undefined) return runner;
    const { MonitorHistory } = await import('./monitor-history.js');
    const logger = new Logger('Monitor');
    handle.current = new MonitorHistory(source, options, {
      failure: (text) => logger.warn(text),
      recovery: (text) => logger.log(text),
    });
    startup.start(() => runner.start());
    return runner;
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    this.handle.current?.stop();
  }

  private start(): void {
    if (!this.isStopped) this.handle.current?.start();
  }
}
