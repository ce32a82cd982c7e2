import type { CollectorMonitor } from './collector-monitor.js';

/**
 * Something that fills the monitor with numbers by itself: the depth of a queue, the state of a pool. Handed in by
 * `collectors: { own: [...] }`; it may be a provider of the application, by way of `forRootAsync()`.
 *
 * It cannot do harm to the document or to the application. A call that throws, rejects or takes longer than a second
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
  /** Begins to measure. Called once, when the application has started. Nothing waits for a promise of it. */
  start?(monitor: CollectorMonitor): void | PromiseLike<void>;
  /**
   * Brings the numbers up to date. Called between the two others, before each document, which waits for a promise: so
   * that promise must not wait for a document itself.
   */
  collect?(monitor: CollectorMonitor): void | PromiseLike<void>;
  /**
   * Ends everything that {@link start} began: a timer or a socket that outlives it keeps a closed application alive.
   * Called once, when the application closes, if it had started; closing waits for a promise.
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
