import type { CollectorMonitor } from './collector-monitor.js';

/**
 * Measures something of the application, such as the depth of a queue or the state of a pool. It is passed in
 * `collectors: { own: [...] }`, and may be a provider of the application, with `forRootAsync()`.
 *
 * It cannot harm the document or the application. A call that throws, rejects or takes longer than a second
 * is abandoned, counted in `monitor_failed_collects` and logged: the first failure, then summaries, and when it works again.
 * There is one call at a time: as long as one hangs, the collector is not called again, and no read waits for it.
 *
 * @example
 * class PoolCollector implements Collector {
 *   constructor(private readonly pool: Pool) {}
 *
 *   collect(monitor: MonitorService) {
 *     monitor.kv('pool_waiting', this.pool.waitingCount);
 *   }
 * }
 */
export interface Collector {
  /** Starts measuring. Called once, when the application has started. A promise is not awaited. */
  start?(monitor: CollectorMonitor): void | PromiseLike<void>;
  /**
   * Updates the metrics. Called before each read, between `start()` and `stop()`. The read awaits a promise of it, so it must
   * not await a read itself.
   */
  collect?(monitor: CollectorMonitor): void | PromiseLike<void>;
  /**
   * Stops what {@link start} started: a timer or a socket that is left keeps the closed application alive. Called once, when
   * the application closes, if it had started. `app.close()` awaits a promise of it.
   */
  stop?(monitor: CollectorMonitor): void | PromiseLike<void>;
}

const METHODS = ['start', 'collect', 'stop'] as const;

export function isCollector(value: unknown): value is Collector {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const given = METHODS.map((method): unknown => (value as Collector)[method]);
    return (
      given.some((method) => typeof method === 'function') &&
      given.every((method) => method === undefined || typeof method === 'function')
    );
  } catch {
    // An object whose properties throw.
    return false;
  }
}
